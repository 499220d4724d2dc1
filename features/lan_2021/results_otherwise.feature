Feature: What the trial would have found otherwise
  The trial saw no relapse, no clonal evolution, no complete response and no death of toxicity. One more child with cells
  among those of the demonstration shows how these would have been counted, and other settings what they would change.

  Background:
    Given a girl born on 12 May 2008
    And aplastic anaemia was diagnosed on 10 February 2014
    And rabbit ATG begins on 3 March 2014
    And the study records the arm as with cells

  @statement:G6
  Rule: Every treated child is in the analysis (Results, Patient characteristics; G6)

    Scenario Outline: A child who was treated without meeting every criterion
      Given the trial office sets "who is in the analysis" to <who>
      And the chromosome breakage test is positive
      When the results up to 13 April 2018 are computed with this child among them
      Then <number> children are in the analysis, <with cells> with cells and 9 without cells

      Examples:
        | who                     | number | with cells |
        | who was treated         | 19     | 10         |
        | who met every criterion | 18     | 9          |

  @statement:F3 @statement:Q4
  Rule: The data end on 13 April 2018; differences are significant below 0.05 (Methods, Statistical analysis; F3, Q4)

    Scenario: The day of the analysis, and the limit of significance
      Given the records of the demonstration children up to 13 April 2018
      Then the analysis is of 13 April 2018
      And a difference is called significant below 0.05

  @statement:F1 @statement:F2
  Rule: Relapse and death end failure-free survival, death alone overall survival (Methods, Statistical analysis; F1, F2)

    Scenario Outline: One more event
      Given <event>
      When the results up to 13 April 2018 are computed with this child among them
      Then failure-free survival has <failures> events with cells
      And overall survival has <deaths> events with cells
      And relapses with cells: <relapses>
      And treatment failures with cells: <treatment failures>
      And deaths with cells: <deaths>

      Examples: Of nine children with cells four failed and one died
        | event                                     | failures | deaths | relapses | treatment failures |
        | the child comes to the clinic on day 1400 | 5        | 1      | 0        | 4                  |
        | relapse was diagnosed on day 260          | 6        | 1      | 1        | 4                  |
        | the child died on day 260                 | 6        | 2      | 0        | 4                  |
        | horse ATG is given on day 260             | 6        | 1      | 0        | 5                  |

    Scenario: Overall survival goes on after a transplant
      Given the records of the demonstration children up to 13 April 2018
      Then 4 children with cells are at risk for overall survival at 4 years
      And 6 children without cells are at risk for overall survival at 4 years

    Scenario Outline: The trial office may end overall survival with a transplant
      Given the trial office sets "a transplant ends overall survival" to <it does>
      And the records of the demonstration children up to 13 April 2018
      Then <with cells> children with cells are at risk for overall survival at 4 years
      And <without cells> children without cells are at risk for overall survival at 4 years

      Examples: Four children with cells and two without were transplanted
        | it does | with cells | without cells |
        | no      | 4          | 6             |
        | yes     | 1          | 5             |

  @statement:F4
  Rule: Follow-up is counted in months of 30.4375 days (Results, Long-term outcomes; F4)

    Scenario: The median is of 1466 days, the shortest of 152 and the longest of 1648
      Given the records of the demonstration children up to 13 April 2018
      Then the median follow-up is 48.16427 months, from 4.99384 to 54.14374

    Scenario: Follow-up is that of each child to the last contact
      Given the records of the demonstration children up to 1 September 2014
      Then the median follow-up is 5.55236 months, from 0.78850 to 10.77618

    Scenario: The trial office may summarise it by the reverse method
      Given the trial office sets "follow-up is summarised" to by the reverse method
      And the records of the demonstration children up to 1 September 2014
      Then the median follow-up is 5.09240 months, from 0.78850 to 10.77618

  @statement:L10 @statement:L11
  Rule: Myelodysplasia, leukaemia and PNH are clonal evolution (Results, Long-term outcomes; L10, L11)

    Scenario Outline: One child with <diagnosis>
      Given <diagnosis> was diagnosed on day 300
      When the results up to 13 April 2018 are computed with this child among them
      Then clonal evolution with cells: 1
      And clonal evolution without cells: 0

      Examples:
        | diagnosis                            |
        | myelodysplastic syndrome             |
        | acute myeloid leukaemia              |
        | paroxysmal nocturnal haemoglobinuria |

  @statement:H11 @statement:L4
  Rule: Complete and partial responses are responses (Results, Long-term outcomes; H11, L4)

    Scenario Outline: One child who <response> at day 90
      Given the reticulocytes are 5
      And the counts on day 90 are
        | neutrophils   | platelets | haemoglobin | reticulocytes |
        | <neutrophils> | 150       | 125         | 60            |
      And the transfusion status on day 90 is <status>
      When the results up to 13 April 2018 are computed with this child among them
      Then responders at day 90 with cells: <responders>
      And responders alive without a transplant with cells: <alive>
      And the overall response rate at day 90 with cells: <rate> %

      Examples: One of the nine had responded
        | response             | neutrophils | status      | responders | alive | rate |
        | responded completely | 2.0         | independent | 2          | 2     | 20   |
        | responded partially  | 0.8         | independent | 2          | 2     | 20   |
        | did not respond      | 2.0         | dependent   | 1          | 1     | 10   |

  @statement:A21
  Rule: Events are counted by their worst grade (Results, Safety and tolerability; A21)

    Scenario Outline: One child with "Nausea" of grade <grade>
      Given the trial office sets "grade 5 counts as grade 3 or more" to <fatal counts>
      And "Nausea" of grade <grade> on day 100
      When the results up to 13 April 2018 are computed with this child among them
      Then Nausea of grade 1 or 2 with cells: <mild>
      And Nausea of grade 3 or more with cells: <severe>
      And Nausea of grade 5 with cells: <fatal>
      And Nausea of any grade with cells: 1

      Examples:
        | fatal counts | grade | mild | severe | fatal |
        | yes          | 1     | 1    | 0      | 0     |
        | yes          | 2     | 1    | 0      | 0     |
        | yes          | 3     | 0    | 1      | 0     |
        | yes          | 4     | 0    | 1      | 0     |
        | yes          | 5     | 0    | 1      | 1     |
        | no           | 1     | 1    | 0      | 0     |
        | no           | 2     | 1    | 0      | 0     |
        | no           | 3     | 0    | 1      | 0     |
        | no           | 4     | 0    | 1      | 0     |
        | no           | 5     | 0    | 0      | 1     |

    Scenario: A fatal event counts as severe unless the trial office says otherwise
      Given "Nausea" of grade 5 on day 100
      When the results up to 13 April 2018 are computed with this child among them
      Then Nausea of grade 3 or more with cells: 1

  @statement:L1 @statement:L2 @statement:L6 @statement:L8
  Rule: Of a death its cause is counted, of a transplant its donor and what came of it (Results, Long-term outcomes; L1 to L8)

    Scenario Outline: Without a death or a transplant there is nothing to count
      Given <noted>
      When the results up to 13 April 2018 are computed with this child among them
      Then <line> in both arms: <count>

      Examples:
        | noted                                                             | line                              | count |
        | the cause of death on day 300 is an infection                     | deaths of an infection            | 1     |
        | the cause of death on day 300 is a bleeding in the head           | deaths of a bleeding in the head  | 1     |
        | the donor of the transplant on day 200 is a half-matched relative | half-matched relatives as donors  | 5     |
        | the donor of the transplant on day 200 is an unrelated donor      | matched unrelated donors          | 1     |
        | the donor of the transplant on day 200 is a sibling               | matched siblings as donors        | 0     |
        | acute graft-versus-host disease was diagnosed on day 250          | acute graft-versus-host disease   | 1     |
        | chronic graft-versus-host disease was diagnosed on day 350        | chronic graft-versus-host disease | 1     |

    Scenario Outline: After a transplant it counts
      Given a stem cell transplant is done on day 230
      And <noted>
      When the results up to 13 April 2018 are computed with this child among them
      Then <line> in both arms: <count>

      Examples:
        | noted                                                             | line                              | count |
        | the donor of the transplant on day 200 is a half-matched relative | half-matched relatives as donors  | 6     |
        | the donor of the transplant on day 200 is an unrelated donor      | matched unrelated donors          | 2     |
        | the donor of the transplant on day 200 is a sibling               | matched siblings as donors        | 1     |
        | acute graft-versus-host disease was diagnosed on day 250          | acute graft-versus-host disease   | 2     |
        | chronic graft-versus-host disease was diagnosed on day 350        | chronic graft-versus-host disease | 2     |

    Scenario Outline: Grades of acute disease count from 3 in the gut and from 2 in skin and eyes
      Given a stem cell transplant is done on day 230
      And <disease> graft-versus-host disease was diagnosed on day 250
      And the grade of graft-versus-host disease of the <organ> on day 250 is <grade>
      When the results up to 13 April 2018 are computed with this child among them
      Then acute graft-versus-host disease of the <organ>, grade <least> in both arms: <count>

      Examples: One child of the demonstration had each of them
        | disease | organ | grade | least | count |
        | acute   | gut   | 2     | 3     | 1     |
        | acute   | gut   | 3     | 3     | 2     |
        | acute   | skin  | 1     | 2     | 1     |
        | acute   | skin  | 2     | 2     | 2     |
        | acute   | eye   | 1     | 2     | 1     |
        | acute   | eye   | 2     | 2     | 2     |
        | chronic | gut   | 3     | 3     | 1     |
        | chronic | skin  | 3     | 2     | 1     |
        | chronic | eye   | 3     | 2     | 1     |
