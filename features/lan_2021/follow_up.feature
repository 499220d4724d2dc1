Feature: What became of the child
  Survival runs from the first dose of rabbit ATG to death or the last contact. Clonal evolution is reported beside it.

  Background:
    Given a girl born on 12 May 2008
    And aplastic anaemia was diagnosed on 10 February 2014
    And rabbit ATG begins on 3 March 2014
    And the neutrophils are 0.3

  @statement:F2 @statement:F5 @statement:L1 @statement:L2
  Rule: A child is alive until a death is on record (Results, Long-term outcomes; F2, F5, L1, L2)

    @criterion:has_died @conclusion:survival
    Scenario Outline: Alive or dead on the day of the question
      Given the child died on day 152
      When the criteria are applied on day <asked>
      Then the last that is known is <state>
      And "died" is <died>
      And it is dated day <dated>

      Examples:
        | asked | state | died    | dated |
        | 151   | alive | not met | 4     |
        | 152   | dead  | met     | 152   |
        | 400   | dead  | met     | 152   |

    @criterion:has_died @conclusion:survival
    Scenario: A death whose day is not recorded
      Given the child died on a day that is not recorded
      When the criteria are applied on day 400
      Then the last that is known is dead
      And it has no date

    @criterion:has_died @conclusion:survival
    Scenario: A death that is dated to the month
      Given the child died in November 2014
      When the criteria are applied on day 400
      Then the last that is known is dead
      And it has no date

    @conclusion:survival
    Scenario: Survival does not end with a transplant
      Given a stem cell transplant is done on day 230
      And the child comes to the clinic on day 350
      When the criteria are applied on day 400
      Then the last that is known is alive
      And it is dated day 350

    @conclusion:survival @anchor:index
    Scenario: So is a child of whom nothing was measured yet
      Given rabbit ATG is not given
      And the neutrophils are not measured
      And the child comes to the clinic on day 100
      When the criteria are applied on day 400
      Then the last that is known is alive
      And it is dated day 100

    @conclusion:survival @anchor:index @anchor:last_contact
    Scenario: So is a child of whom nothing else is on record at all, as far as today
      Given rabbit ATG is not given
      And the neutrophils are not measured
      And no diagnosis of aplastic anaemia is recorded
      When the criteria are applied on day 400
      Then the last that is known is alive
      And it is dated day 400

    @conclusion:survival
    Scenario: A child who is not treated is alive as well
      Given rabbit ATG is not given
      And the child comes to the clinic on day 100
      When the criteria are applied on day 400
      Then the last that is known is alive
      And it is dated day 100

  @statement:F3 @statement:F4
  Rule: The last contact is the study's own, else the newest day on record (Results, Long-term outcomes; F3, F4)

    @conclusion:survival @anchor:follow_up_end @anchor:last_seen @anchor:last_contact
    Scenario Outline: Last contact
      Given <study>
      And <clinic>
      When the criteria are applied on day 1500
      Then the last that is known is alive
      And it is dated day <dated>

      Examples: The last dose of rabbit ATG was given on day 4
        | study                                    | clinic                                    | dated |
        | the study saw the child last on day 1502 | the child comes to the clinic on day 1400 | 1500  |
        | the study saw the child last on day 1300 | the child comes to the clinic on day 1400 | 1300  |
        | no arm is recorded                       | the child comes to the clinic on day 1400 | 1400  |
        | no arm is recorded                       | the platelets on day 1350 are 200         | 1350  |
        | no arm is recorded                       | platelets are transfused on day 90        | 90    |
        | no arm is recorded                       | the neutrophils on day 3 are 0.3          | 4     |

    @conclusion:survival @anchor:follow_up_end
    Scenario: Where two records of the study say it the later one holds
      Given the study saw the child last on day 1300
      And another record of the study saw the child last on day 1200
      When the criteria are applied on day 1500
      Then the last that is known is alive
      And it is dated day 1300

    @conclusion:survival @anchor:last_seen
    Scenario: A visit after the day of the question has not happened yet
      Given the child comes to the clinic on day 300
      And the child comes to the clinic on day 500
      When the criteria are applied on day 400
      Then the last that is known is alive
      And it is dated day 400

  @statement:L10 @statement:L11
  Rule: Clonal evolution is myelodysplasia or leukaemia after treatment; PNH is reported as well (Discussion; L10, L11)

    @criterion:aml_developed @criterion:mds_developed @criterion:pnh_developed @conclusion:clonal_evolution
    Scenario Outline: A diagnosis after day 0
      Given <diagnosis> was diagnosed on <day>
      When the criteria are applied on day 400
      Then the clonal evolution is <evolution>
      And "<diagnosis> developed" is <developed>

      Examples:
        | diagnosis                            | day     | evolution                            | developed |
        | myelodysplastic syndrome             | day 1   | myelodysplastic syndrome             | met       |
        | myelodysplastic syndrome             | day 300 | myelodysplastic syndrome             | met       |
        | myelodysplastic syndrome             | day 0   | none                                 | not met   |
        | myelodysplastic syndrome             | day -10 | none                                 | not met   |
        | myelodysplastic syndrome             | day 401 | none                                 | not met   |
        | acute myeloid leukaemia              | day 1   | acute myeloid leukaemia              | met       |
        | acute myeloid leukaemia              | day 0   | none                                 | not met   |
        | paroxysmal nocturnal haemoglobinuria | day 1   | paroxysmal nocturnal haemoglobinuria | met       |
        | paroxysmal nocturnal haemoglobinuria | day 0   | none                                 | not met   |

    @conclusion:clonal_evolution @anchor:mds @anchor:aml @anchor:pnh
    Scenario Outline: What was there before day 0 hides nothing, and what is recorded again moves no day
      Given <diagnosis> was diagnosed on day <before>
      And <diagnosis> was diagnosed again on day 200
      And <diagnosis> was diagnosed again on day 300
      When the criteria are applied on day 400
      Then the clonal evolution is <diagnosis>
      And it is dated day 200

      Examples:
        | diagnosis                            | before |
        | myelodysplastic syndrome             | -10    |
        | myelodysplastic syndrome             | 0      |
        | acute myeloid leukaemia              | -10    |
        | acute myeloid leukaemia              | 0      |
        | paroxysmal nocturnal haemoglobinuria | -10    |
        | paroxysmal nocturnal haemoglobinuria | 0      |

    @criterion:aml_developed @criterion:mds_developed @criterion:pnh_developed @conclusion:clonal_evolution
    Scenario Outline: A diagnosis that is dated to the year may have been there before
      Given <diagnosis> was diagnosed in 2014
      When the criteria are applied on day 400
      Then "<diagnosis> developed" is unknown
      And the clonal evolution is undetermined
      And it may still be <diagnosis> or none

      Examples:
        | diagnosis                            |
        | myelodysplastic syndrome             |
        | acute myeloid leukaemia              |
        | paroxysmal nocturnal haemoglobinuria |

    @criterion:aml_developed @criterion:mds_developed @criterion:pnh_developed @conclusion:clonal_evolution
    Scenario Outline: A diagnosis that is only suspected leaves it open
      Given <diagnosis> is suspected on day 300
      When the criteria are applied on day 400
      Then "<diagnosis> developed" is unknown
      And the clonal evolution is undetermined
      And it may still be <diagnosis> or none

      Examples:
        | diagnosis                            |
        | myelodysplastic syndrome             |
        | acute myeloid leukaemia              |
        | paroxysmal nocturnal haemoglobinuria |

    @conclusion:clonal_evolution
    Scenario: None is dated by the last contact, and nothing is written of it
      Given the child comes to the clinic on day 390
      When the criteria are applied on day 400
      Then the clonal evolution is none
      And it is dated day 390
      And the record does not show the problem "Acute myeloid leukaemia after treatment of aplastic anaemia"

    @conclusion:clonal_evolution
    Scenario: A diagnosis that was ruled out is none
      Given myelodysplastic syndrome is ruled out on day 300
      When the criteria are applied on day 400
      Then the clonal evolution is none

    @conclusion:clonal_evolution
    Scenario: Leukaemia goes before the myelodysplasia that it came from
      Given paroxysmal nocturnal haemoglobinuria was diagnosed on day 100
      And myelodysplastic syndrome was diagnosed on day 200
      And acute myeloid leukaemia was diagnosed on day 300
      When the criteria are applied on day 400
      Then the clonal evolution is acute myeloid leukaemia
      And it is dated day 300

    @conclusion:clonal_evolution
    Scenario: Myelodysplasia goes before PNH
      Given paroxysmal nocturnal haemoglobinuria was diagnosed on day 100
      And myelodysplastic syndrome was diagnosed on day 200
      When the criteria are applied on day 400
      Then the clonal evolution is myelodysplastic syndrome
      And it is dated day 200

    @conclusion:clonal_evolution
    Scenario Outline: The trial office decides which diagnoses count
      Given the trial office sets "the diagnoses that are clonal evolution" to <list>
      And <diagnosis> was diagnosed on day 300
      When the criteria are applied on day 400
      Then the clonal evolution is <evolution>

      Examples:
        | list        | diagnosis                            | evolution                            |
        | MDS and AML | paroxysmal nocturnal haemoglobinuria | none                                 |
        | MDS and AML | myelodysplastic syndrome             | myelodysplastic syndrome             |
        | MDS and AML | acute myeloid leukaemia              | acute myeloid leukaemia              |
        | PNH         | myelodysplastic syndrome             | none                                 |
        | PNH         | acute myeloid leukaemia              | none                                 |
        | PNH         | paroxysmal nocturnal haemoglobinuria | paroxysmal nocturnal haemoglobinuria |

    @conclusion:clonal_evolution
    Scenario: Without rabbit ATG there is no after
      Given rabbit ATG is not given
      And myelodysplastic syndrome was diagnosed on day 300
      When the criteria are applied on day 400
      Then the clonal evolution is not applicable

    @conclusion:clonal_evolution
    Scenario Outline: The problem in the child's record
      Given <diagnosis> was diagnosed on day 300
      When the criteria are applied on day 400
      Then the record shows the problem "<problem>"
      And its code says <diagnosis>
      And the problem is dated day 300

      Examples:
        | diagnosis                            | problem                                                                  |
        | acute myeloid leukaemia              | Acute myeloid leukaemia after treatment of aplastic anaemia              |
        | myelodysplastic syndrome             | Myelodysplastic syndrome after treatment of aplastic anaemia             |
        | paroxysmal nocturnal haemoglobinuria | Paroxysmal nocturnal haemoglobinuria after treatment of aplastic anaemia |
