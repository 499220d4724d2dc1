Feature: Toxic events
  The paper's table of toxicity counts each child once for each kind of event, by the worst grade.

  Background:
    Given a girl born on 12 May 2008
    And rabbit ATG begins on 3 March 2014

  @statement:Q6
  Rule: The worst grade counts, from the first dose of rabbit ATG on (Methods, Statistical analysis; Q6)

    Scenario Outline: What was there before treatment does not count, what begins with it does
      Given "<event>" of grade 4 on day -1
      And "<event>" of grade 3 on day 0
      And "<event>" of grade 2 on day 100
      When the criteria are applied on day 200
      Then the worst "<event>" that counts is of grade 3

      Examples:
        | event                              |
        | Hepatotoxicity                     |
        | Renal failure                      |
        | Nausea                             |
        | Diarrhea                           |
        | Oral mucositis                     |
        | Arrhythmia                         |
        | Heart failure                      |
        | Hypertension                       |
        | Pericarditis                       |
        | Peripheral neuropathy              |
        | Infections                         |
        | Anaphylaxis (including drug fever) |
        | Local phlebitis                    |
        | Fatigue                            |
        | Headache                           |
        | Fingernail changes                 |

    Scenario Outline: What came after a transplant does not count
      Given "<event>" of grade 2 on day 100
      And a stem cell transplant is done on day 150
      And "<event>" of grade 4 on day 160
      When the criteria are applied on day 200
      Then the worst "<event>" that counts is of grade 2

      Examples:
        | event                              |
        | Hepatotoxicity                     |
        | Renal failure                      |
        | Nausea                             |
        | Diarrhea                           |
        | Oral mucositis                     |
        | Arrhythmia                         |
        | Heart failure                      |
        | Hypertension                       |
        | Pericarditis                       |
        | Peripheral neuropathy              |
        | Infections                         |
        | Anaphylaxis (including drug fever) |
        | Local phlebitis                    |
        | Fatigue                            |
        | Headache                           |
        | Fingernail changes                 |

    Scenario Outline: What came after the study's last contact does not count
      Given "<event>" of grade 2 on day 100
      And the study saw the child last on day 120
      And "<event>" of grade 4 on day 160
      When the criteria are applied on day 200
      Then the worst "<event>" that counts is of grade 2

      Examples:
        | event                              |
        | Hepatotoxicity                     |
        | Renal failure                      |
        | Nausea                             |
        | Diarrhea                           |
        | Oral mucositis                     |
        | Arrhythmia                         |
        | Heart failure                      |
        | Hypertension                       |
        | Pericarditis                       |
        | Peripheral neuropathy              |
        | Infections                         |
        | Anaphylaxis (including drug fever) |
        | Local phlebitis                    |
        | Fatigue                            |
        | Headache                           |
        | Fingernail changes                 |

    Scenario: Nor does what was noted after the child's death
      Given "Nausea" of grade 2 on day 100
      And the child died on day 150
      And "Nausea" of grade 4 on day 160
      When the criteria are applied on day 200
      Then the worst "Nausea" that counts is of grade 2

    Scenario: A child without the event has none
      When the criteria are applied on day 200
      Then the worst "Nausea" that counts is of grade 0
