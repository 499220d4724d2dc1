Feature: What the trial found
  The demonstration has eighteen invented children, made up so that they fit what the paper prints. Their records are
  read as FHIR and evaluated up to the end of follow-up, and the trial's results are computed from what is concluded of
  each child. Every figure below is typed from the paper; the computed one is rounded to as many places, halves up.
  Counts in brackets are per cent of the arm. Cell counts are in 10^9/L, haemoglobin is in g/L.

  Background:
    Given the records of the demonstration children up to 13 April 2018

  @statement:G6
  Rule: Eighteen children took part, nine in each arm (Results, Patient characteristics; G6)

    Scenario: Every child is in the analysis
      Then 18 children are in the analysis, 9 with cells and 9 without cells

  @statement:R5
  Rule: Every child of the arm with cells had all infusions (Results, Patient characteristics; R5)

    Scenario: The infusions are counted
      Then children who had every infusion with cells: 9
      And children who had every infusion without cells: 0

  @statement:B1 @statement:B5 @statement:B6 @statement:B7 @statement:B8 @statement:B9 @statement:B10 @statement:B11
  @statement:B12 @statement:B13 @statement:B14
  Rule: At the start the arms were alike (Table 1; B1, B5 to B14)

    Scenario Outline: Median, range and p value of <measure>
      Then the <measure> with cells: <with cells>
      And the <measure> without cells: <without cells>
      And the arms differ in <measure> with p = <p>

      Examples:
        | measure                           | with cells       | without cells    | p     |
        | age in years                      | 4 (1-10)         | 5 (3-9)          | 0.438 |
        | days from diagnosis to rabbit ATG | 26 (9-159)       | 39 (26-179)      | 0.281 |
        | white blood cells                 | 1.84 (0.57-4.79) | 2.60 (0.65-5.23) | 0.699 |
        | haemoglobin                       | 76 (47-117)      | 65 (47-105)      | 0.475 |
        | platelets                         | 10 (1-18)        | 8 (4-19)         | 0.500 |
        | neutrophils                       | 0.07 (0-0.36)    | 0.13 (0.01-0.41) | 0.229 |
        | reticulocytes                     | 5.4 (2.6-32.8)   | 4.5 (2.2-17.0)   | 0.587 |
        | CD3+CD4+ T cells                  | 39.6 (35.7-42.9) | 43.2 (28.4-73.0) | 0.401 |
        | CD3+CD8+ T cells                  | 25.6 (14.1-35.1) | 25.8 (9.4-35.2)  | 0.885 |
        | regulatory T cells                | 7.0 (3.5-9.4)    | 6.7 (2.2-16.8)   | 0.763 |
        | mature lymphocytes in the marrow  | 94.1 (44.5-98.5) | 87.9 (36.2-97.7) | 0.306 |

  @statement:B2 @statement:B3 @statement:B4
  Rule: Sex and severity did not differ between the arms (Table 1; B2 to B4)

    Scenario Outline: How many children are <category>
      Then children who are <category> with cells: <with cells>
      And children who are <category> without cells: <without cells>

      Examples:
        | category    | with cells | without cells |
        | boys        | 3          | 5             |
        | girls       | 6          | 4             |
        | severe      | 2 (22 %)   | 4 (44 %)      |
        | very severe | 7 (78 %)   | 5 (56 %)      |

    Scenario Outline: The p value of <item>
      Then the arms differ in <item> with p = <p>

      Examples:
        | item     | p     |
        | sex      | 0.637 |
        | severity | 0.620 |

  @statement:A1 @statement:A2 @statement:A3 @statement:A4 @statement:A5 @statement:A6 @statement:A7 @statement:A8
  @statement:A9 @statement:A10 @statement:A11 @statement:A12 @statement:A13 @statement:A14 @statement:A15 @statement:A16
  Rule: Each child counts once for a kind of adverse event, by the worst grade (Table 2; A1 to A16)

    Scenario Outline: Children with <event>
      Then <event> of grade 1 or 2 with cells: <cells, 1 or 2>
      And <event> of grade 3 or more with cells: <cells, 3 or more>
      And <event> of grade 1 or 2 without cells: <none, 1 or 2>
      And <event> of grade 3 or more without cells: <none, 3 or more>

      Examples:
        | event                              | cells, 1 or 2 | cells, 3 or more | none, 1 or 2 | none, 3 or more |
        | Hepatotoxicity                     | 0             | 0                | 0            | 0               |
        | Renal failure                      | 0             | 0                | 0            | 0               |
        | Nausea                             | 0             | 0                | 0            | 0               |
        | Diarrhea                           | 0             | 0                | 0            | 0               |
        | Oral mucositis                     | 1 (11)        | 0                | 0            | 0               |
        | Arrhythmia                         | 0             | 0                | 0            | 0               |
        | Heart failure                      | 0             | 0                | 0            | 0               |
        | Hypertension                       | 0             | 0                | 0            | 0               |
        | Pericarditis                       | 0             | 0                | 0            | 0               |
        | Peripheral neuropathy              | 0             | 0                | 0            | 0               |
        | Infections                         | 0             | 1 (11)           | 0            | 1 (11)          |
        | Anaphylaxis (including drug fever) | 3 (33)        | 1 (11)           | 0            | 0               |
        | Local phlebitis                    | 0             | 0                | 0            | 0               |
        | Fatigue                            | 0             | 0                | 0            | 0               |
        | Headache                           | 0             | 0                | 0            | 0               |
        | Fingernail changes                 | 0             | 0                | 0            | 0               |

  @statement:A17 @statement:A18
  Rule: Four children with cells had anaphylactic reactions (Results, Safety and tolerability; A17, A18)

    Scenario: All children are judged
      Then toxicity is judged in 18 children

    Scenario: Anaphylaxis of any grade
      Then Anaphylaxis (including drug fever) of any grade with cells: 4 (44)
      And Anaphylaxis (including drug fever) of any grade without cells: 0

  @statement:A21
  Rule: Serious infections were uncommon (Results, Safety and tolerability; A21)

    Scenario: Infections of grade 3 or more
      Then Infections of grade 3 or more with cells: 1 (11)
      And Infections of grade 3 or more without cells: 1 (11)

  @statement:H10 @statement:H11
  Rule: Three children responded at day 90 (Results, Hematologic and immunologic response; Discussion; H10, H11)

    Scenario Outline: Children with <response> at day 90
      Then <response> at day 90 with cells: <with cells>
      And <response> at day 90 without cells: <without cells>

      Examples:
        | response          | with cells | without cells |
        | partial response  | 1 (11 %)   | 2 (22 %)      |
        | complete response | 0          | 0             |

    Scenario: The overall response rate
      Then the overall response rate at day 90 with cells: 11 %
      And the overall response rate at day 90 without cells: 22 %

  @statement:I3 @statement:I4 @statement:I5 @statement:I6
  Rule: Blood counts rose alike in both arms (Results, Hematologic and immunologic response; I3 to I6)

    Scenario Outline: The change of <counts> from the start over day 40 to day 90
      Then the arms differ in how <counts> change with p = <p>

      Examples:
        | counts        | p     |
        | platelets     | 0.192 |
        | neutrophils   | 0.532 |
        | haemoglobin   | 0.450 |
        | reticulocytes | 0.313 |

  @statement:I9 @statement:I10 @statement:I11
  Rule: T cells changed alike in both arms (Results, Hematologic and immunologic response; I9 to I11)

    Scenario Outline: The change of <cells> from the start to day 40
      Then the arms differ in how <cells> change with p = <p>

      Examples:
        | cells              | p     |
        | CD3+CD4+ T cells   | 0.190 |
        | CD3+CD8+ T cells   | 0.875 |
        | regulatory T cells | 0.165 |

  @statement:F4
  Rule: The children were followed for four years (Results, Long-term outcomes; F4)

    Scenario: The median follow-up and its range
      Then the median follow-up is 48 months, from 5 to 54

  @statement:F5
  Rule: Overall survival was the same in both arms (Results, Long-term outcomes; F5)

    Scenario: Overall survival at four years
      Then overall survival at 4 years with cells: 88.9 ± 10.5 %
      And overall survival at 4 years without cells: 88.9 ± 10.5 %

  @statement:F6 @statement:F7 @statement:L12
  Rule: Failure-free survival did not differ for certain (Results, Long-term outcomes; Fig. 3; F6, F7, L12)

    Scenario: Failure-free survival at four years
      Then failure-free survival at 4 years with cells: 38.1 ± 17.2 %
      And failure-free survival at 4 years without cells: 66.7 ± 15.7 %

    Scenario: The log-rank test
      Then the arms differ in failure-free survival with p = 0.153

  @statement:L1 @statement:L2 @statement:L3
  Rule: One child of each arm died (Results, Long-term outcomes; L1 to L3)

    Scenario Outline: Children who died: <line>
      Then <line> with cells: <with cells>
      And <line> without cells: <without cells>

      Examples:
        | line                             | with cells | without cells |
        | deaths                           | 1          | 1             |
        | deaths of an infection           | 1          | 0             |
        | deaths of a bleeding in the head | 0          | 1             |
        | deaths of the very severely ill  | 1          | 1             |

    Scenario Outline: When the child <arm> died
      Then the death <arm> is after <months> months

      Examples:
        | arm           | months |
        | with cells    | 5      |
        | without cells | 7      |

  @statement:L4
  Rule: The responders of day 90 lived on without a transplant (Results, Long-term outcomes; L4)

    Scenario: Three responders without a later event
      Then responders alive without a transplant in both arms: 3
      And responders alive without a transplant with cells: 1
      And responders alive without a transplant without cells: 2

  @statement:L5 @statement:L6 @statement:L7
  Rule: Six treatments failed, and all six children were transplanted (Results, Long-term outcomes; L5 to L7)

    Scenario Outline: Failures and transplants: <line>
      Then <line> with cells: <with cells>
      And <line> without cells: <without cells>

      Examples:
        | line               | with cells | without cells |
        | treatment failures | 4 (44 %)   | 2 (22 %)      |
        | transplants        | 4          | 2             |

    Scenario Outline: The donors: <line>
      Then <line> in both arms: <count>

      Examples:
        | line                             | count |
        | half-matched relatives as donors | 5     |
        | matched unrelated donors         | 1     |

    Scenario: When the children with cells were transplanted
      Then the transplants with cells are after 7 to 10 months

  @statement:L8 @statement:L9
  Rule: One transplanted child had graft-versus-host disease (Results, Long-term outcomes; L8, L9)

    Scenario Outline: Children after a transplant: <line>
      Then <line> with cells: <with cells>
      And <line> without cells: <without cells>

      Examples:
        | line                                                 | with cells | without cells |
        | acute graft-versus-host disease                      | 1          | 0             |
        | acute graft-versus-host disease of the gut, grade 3  | 1          | 0             |
        | acute graft-versus-host disease of the skin, grade 2 | 1          | 0             |
        | acute graft-versus-host disease of the eye, grade 2  | 1          | 0             |
        | chronic graft-versus-host disease                    | 1          | 0             |

    Scenario: The other five
      Then transplanted and alive without chronic graft-versus-host disease in both arms: 5

  @statement:L10
  Rule: Nobody relapsed, and no clone evolved (Results, Long-term outcomes; L10)

    Scenario Outline: Children with <line>
      Then <line> with cells: 0
      And <line> without cells: 0

      Examples:
        | line             |
        | relapses         |
        | clonal evolution |

  @statement:A19
  Rule: One of the four children with an anaphylactic reaction was a girl who also had mucositis (Results, Safety and tolerability; A19)

    Scenario: Two kinds of events in one child
      Then Anaphylaxis (including drug fever) together with Oral mucositis of grade 2 in girls with cells: 1

  @statement:A22
  Rule: There was no other severe side effect (Results, Safety and tolerability; A22)

    Scenario Outline: Every other kind of event <arm>
      Then no child <arm> has an event of grade 3 or more but <events>

      Examples:
        | arm           | events                                            |
        | with cells    | Infections and Anaphylaxis (including drug fever) |
        | without cells | Infections                                        |
