Feature: How the treatment was given
  Both arms are given rabbit ATG and ciclosporin, one arm umbilical cord cells as well. Day 0 is the day of the first
  dose of rabbit ATG, and everything else is counted from it. How far a dose or a day may be off is our choice.

  Background:
    Given a girl born on 12 May 2008
    And aplastic anaemia was diagnosed on 10 February 2014
    And rabbit ATG begins on 3 March 2014
    And the results before treatment are
      | weight | neutrophils |
      | 20     | 0.3         |
    And the doses of ciclosporin are
      | day | dose  |
      | 1   | 50 mg |
      | 1   | 50 mg |
      | 2   | 50 mg |
      | 2   | 50 mg |
    And the doses of cells are
      | day | dose             |
      | 14  | 20 million cells |
      | 21  | 20 million cells |
      | 28  | 20 million cells |

  @statement:E5 @statement:F1
  Rule: Day 0 is the day of the first dose of rabbit ATG (Results, Hematologic and immunologic response; Methods, Clinical evaluation and response criteria; E5, F1)

    @criterion:atg_given @conclusion:regimen.atg @anchor:atg_start
    Scenario: The first of five doses starts the clock
      When the criteria are applied on day 60
      Then the course of rabbit ATG is as planned
      And it is dated day 0

    @criterion:atg_given @conclusion:regimen.atg @anchor:atg_start
    Scenario Outline: Another drug does not start it
      Given rabbit ATG is not given
      And <drug> was given on day 0
      When the criteria are applied on day 60
      Then the course of rabbit ATG is not applicable
      And the start of ciclosporin is not applicable
      And the treatment with cells is not applicable

      Examples:
        | drug                   |
        | horse ATG              |
        | ATG of unknown species |
        | cyclophosphamide       |

    @conclusion:regimen.atg @conclusion:eligibility @anchor:atg_start @flag:atg_species_unknown
    Scenario: An ATG whose code does not tell rabbit from horse starts no clock, and that is said
      Given rabbit ATG is not given
      And ciclosporin is not given
      And ATG of unknown species was given on day 0
      When the criteria are applied on day 60
      Then the course of rabbit ATG is not applicable
      And the eligibility is undetermined
      And it is remarked that the species of an ATG is not known

    @conclusion:regimen.atg @conclusion:response @conclusion:failure @flag:atg_species_unknown
    Scenario Outline: One such dose is said with every conclusion that it may touch, and only then
      Given <doses>
      When the criteria are applied on day 104
      Then "rabbit ATG on the right days" is met
      And it <is or is not> remarked that the species of an ATG is not known
      And at day 90 "neutrophils of a complete response" is unknown
      And it <is or is not> remarked that the species of an ATG is not known
      And "treatment failure came first" is not met
      And it <is or is not> remarked that the species of an ATG is not known

      Examples:
        | doses                                      | is or is not |
        | ATG of unknown species was given on day -9 | is           |
        | ATG of unknown species was not given       | is not       |

    @criterion:msc_start_right @conclusion:regimen.msc @anchor:day_zero
    Scenario: An earlier dose that was struck from the record starts none either
      Given the dose of rabbit ATG on day -3 is entered in error
      When the criteria are applied on day 60
      Then the course of rabbit ATG is as planned
      And it is dated day 0

  @statement:R1
  Rule: Rabbit ATG, 3 mg/kg on each of five days (Methods, Study design; R1)

    @criterion:atg_dose_right @conclusion:regimen.atg
    Scenario Outline: Each day's dose within a tenth of 60 mg, for a child of 20 kg
      Given the dose of rabbit ATG on day 2 is <dose>
      When the criteria are applied on day 60
      Then "the right dose of rabbit ATG" is <right>
      And the course of rabbit ATG is <course>

      Examples: In milligrams
        | dose         | right   | course         |
        | 53.9 mg      | not met | not as planned |
        | 54 mg        | met     | as planned     |
        | 60 mg        | met     | as planned     |
        | 66 mg        | met     | as planned     |
        | 66.1 mg      | not met | not as planned |
        | not recorded | unknown | undetermined   |
        | broken off   | unknown | undetermined   |

      Examples: In other units
        | dose       | right   | course         |
        | 0.06 g     | met     | as planned     |
        | 2.7 mg/kg  | met     | as planned     |
        | 2.69 mg/kg | not met | not as planned |
        | 3.3 mg/kg  | met     | as planned     |
        | 3.31 mg/kg | not met | not as planned |

    @criterion:atg_dose_right @conclusion:regimen.atg
    Scenario: What is infused in two parts counts together
      Given the doses of rabbit ATG are
        | day | dose  |
        | 0   | 30 mg |
        | 0   | 30 mg |
        | 1   | 60 mg |
        | 2   | 60 mg |
        | 3   | 20 mg |
        | 3   | 40 mg |
        | 4   | 60 mg |
      When the criteria are applied on day 60
      Then the course of rabbit ATG is as planned

    @criterion:atg_on_each_day @conclusion:regimen.atg
    Scenario Outline: Five days, no fewer and no more
      Given <day>
      When the criteria are applied on day 60
      Then "rabbit ATG on the right days" is <right days>
      And the course of rabbit ATG is <course>

      Examples:
        | day                                          | right days | course         |
        | the dose of rabbit ATG on day 4 is 60 mg     | met        | as planned     |
        | the dose of rabbit ATG on day 4 is not given | not met    | not as planned |
        | the dose of rabbit ATG on day 5 is 60 mg     | not met    | not as planned |

    @criterion:atg_on_each_day @criterion:atg_dose_right @conclusion:regimen.atg
    Scenario: Five days with a gap are not five days in a row
      Given the dose of rabbit ATG on day 2 is not given
      And the dose of rabbit ATG on day 5 is 60 mg
      When the criteria are applied on day 60
      Then "rabbit ATG on the right days" is met
      And "the right dose of rabbit ATG" is not met
      And the course of rabbit ATG is not as planned

    @criterion:atg_on_each_day @conclusion:regimen.atg
    Scenario: A dose whose day is known to the month only may be one more day
      Given rabbit ATG was given in March 2014
      When the criteria are applied on day 60
      Then "rabbit ATG on the right days" is unknown

    @conclusion:regimen.atg
    Scenario Outline: Judged on the last of the five days, not before
      When the criteria are applied on day <asked>
      Then the course of rabbit ATG is <course>

      Examples:
        | asked | course      |
        | 3     | not due yet |
        | 4     | as planned  |

    @criterion:atg_dose_right @conclusion:regimen.atg
    Scenario Outline: A weight counts for thirty days before a dose of rabbit ATG
      Given the weight is not measured
      And the weight on day <day> is <weight>
      When the criteria are applied on day 60
      Then "the right dose of rabbit ATG" is <right>

      Examples: The last dose is given on day 4
        | day | weight | right   |
        | 0   | 20     | met     |
        | -26 | 20     | met     |
        | -27 | 20     | unknown |
        | -60 | 30     | unknown |
        | -60 | 15     | unknown |

    @criterion:atg_dose_right @conclusion:regimen.atg
    Scenario Outline: The first dose is judged like the last
      Given the dose of rabbit ATG on day <day> is <dose>
      When the criteria are applied on day 60
      Then "the right dose of rabbit ATG" is not met

      Examples:
        | day | dose    |
        | 0   | 53.9 mg |
        | 0   | 66.1 mg |
        | 4   | 53.9 mg |
        | 4   | 66.1 mg |

    @criterion:atg_dose_right @conclusion:regimen.atg
    Scenario: Without a weight the dose per kilogram is not known, and the weight is what is missing
      Given the weight is not measured
      When the criteria are applied on day 60
      Then the course of rabbit ATG is undetermined
      And it may still be as planned or not as planned
      And what is missing is the weight

    @criterion:atg_dose_right @conclusion:regimen.atg
    Scenario Outline: Of several weights the newest before each dose counts
      Given the weight on day -20 is 30
      And the weight on day 2 is <weight>
      When the criteria are applied on day 60
      Then "the right dose of rabbit ATG" is <right>

      Examples:
        | weight  | right   |
        | 21      | met     |
        | 25      | not met |
        | 21000 g | met     |

    @criterion:atg_dose_right @criterion:atg_on_each_day @conclusion:regimen.atg
    Scenario Outline: The trial office may plan another course
      Given the trial office sets "<setting>" to <value>
      When the criteria are applied on day 60
      Then the course of rabbit ATG is <course>

      Examples: Five days of 3 mg/kg were given
        | setting                      | value | course         |
        | the daily dose of rabbit ATG | 3.3   | as planned     |
        | the daily dose of rabbit ATG | 3.75  | not as planned |
        | the daily dose of rabbit ATG | 2.5   | not as planned |
        | the days of rabbit ATG       | 4     | not as planned |
        | the days of rabbit ATG       | 6     | not as planned |

    @criterion:atg_dose_right @conclusion:regimen.atg
    Scenario Outline: The trial office may allow rabbit ATG more or less
      Given the trial office sets "the share that a dose may be off" to <share>
      And the dose of rabbit ATG on day 2 is 50 mg
      When the criteria are applied on day 60
      Then the course of rabbit ATG is <course>

      Examples:
        | share | course         |
        | 0.20  | as planned     |
        | 0.15  | not as planned |

    @criterion:atg_dose_right @conclusion:regimen.atg
    Scenario Outline: The trial office may want a fresher weight
      Given the trial office sets "the age of a weight" to <days>
      When the criteria are applied on day 60
      Then "the right dose of rabbit ATG" is <right>

      Examples: Weighed on day -1, last dose on day 4
        | days | right   |
        | 5    | met     |
        | 4    | unknown |

  @statement:R2
  Rule: Ciclosporin, 5 mg/kg a day, judged where it begins (Methods, Study design; R2)

    @criterion:csa_dose_right @conclusion:regimen.csa
    Scenario Outline: The first day's doses together within a tenth of 100 mg, for a child of 20 kg
      Given the doses of ciclosporin are
        | day | dose     |
        | 1   | <first>  |
        | 1   | <second> |
        | 2   | 10 mg    |
      When the criteria are applied on day 60
      Then "the right dose of ciclosporin" is <right>
      And the start of ciclosporin is <start>

      Examples:
        | first     | second       | right   | start          |
        | 50 mg     | 50 mg        | met     | as planned     |
        | 50 mg     | 40 mg        | met     | as planned     |
        | 50 mg     | 39.9 mg      | not met | not as planned |
        | 60 mg     | 50 mg        | met     | as planned     |
        | 60 mg     | 50.1 mg      | not met | not as planned |
        | 2.5 mg/kg | 2.5 mg/kg    | met     | as planned     |
        | 50 mg     | not recorded | unknown | undetermined   |

    @criterion:csa_dose_right @conclusion:regimen.csa @anchor:first_ciclosporin
    Scenario Outline: It begins with the first dose from day 0 on, whatever came before or after
      Given the doses of ciclosporin are
        | day     | dose    |
        | <other> | <small> |
        | <first> | 100 mg  |
      When the criteria are applied on day 60
      Then the start of ciclosporin is as planned
      And it is dated day <first>

      Examples:
        | other | small | first |
        | 1     | 10 mg | 0     |
        | -1    | 10 mg | 0     |
        | -1    | 10 mg | 1     |
        | 20    | 10 mg | 1     |

    @criterion:csa_dose_right @conclusion:regimen.csa
    Scenario: The conclusion is dated on the day it began
      When the criteria are applied on day 60
      Then the start of ciclosporin is as planned
      And it is dated day 1

    @criterion:csa_dose_right @conclusion:regimen.csa
    Scenario Outline: A weight counts for thirty days before the first ciclosporin
      Given the weight is not measured
      And the weight on day <day> is 20
      When the criteria are applied on day 60
      Then the start of ciclosporin is <start>

      Examples: Ciclosporin begins on day 1
        | day | start        |
        | -29 | as planned   |
        | -30 | undetermined |

    @conclusion:regimen.csa
    Scenario: Ciclosporin that is not on record may still have been given
      Given ciclosporin is not given
      When the criteria are applied on day 60
      Then "the right dose of ciclosporin" is unknown
      And the start of ciclosporin is undetermined

    @conclusion:regimen.csa
    Scenario Outline: It is waited for until the last day of rabbit ATG, or until it began
      Given the doses of ciclosporin are
        | day      | dose   |
        | <begins> | 100 mg |
      When the criteria are applied on day <asked>
      Then the start of ciclosporin is <start>

      Examples:
        | begins | asked | start        |
        | 1      | 0     | not due yet  |
        | 1      | 1     | as planned   |
        | 10     | 3     | not due yet  |
        | 10     | 4     | undetermined |
        | 10     | 10    | as planned   |

    @criterion:csa_dose_right @conclusion:regimen.csa
    Scenario Outline: The trial office may plan another dose
      Given the trial office sets "the daily dose of ciclosporin" to <dose>
      When the criteria are applied on day 60
      Then the start of ciclosporin is <start>

      Examples: 5 mg/kg were given
        | dose | start          |
        | 4.6  | as planned     |
        | 4.5  | not as planned |
        | 5.5  | as planned     |
        | 5.6  | not as planned |

  @statement:R3 @statement:R4
  Rule: Three infusions of a million cells per kilogram, a week apart, from the fourteenth day (Methods, Study design; R3, R4)

    @conclusion:regimen.msc
    Scenario: As the protocol has it
      When the criteria are applied on day 60
      Then the treatment with cells is as planned
      And it is dated day 14
      And the criteria read
        | the right number of infusions | met |
        | the first infusion in time    | met |
        | the infusions a week apart    | met |
        | the right dose of cells       | met |

    @criterion:msc_start_right @conclusion:regimen.msc
    Scenario Outline: The first from day 12 to day 19, so that both readings of the fourteenth day fit
      Given the doses of cells are
        | day      | dose             |
        | <first>  | 20 million cells |
        | <second> | 20 million cells |
        | <third>  | 20 million cells |
      And the weight on day 12 is 20
      When the criteria are applied on day 60
      Then "the first infusion in time" is <in time>
      And the treatment with cells is <treatment>

      Examples:
        | first | second | third | in time | treatment      |
        | 11    | 18     | 25    | not met | not as planned |
        | 12    | 19     | 26    | met     | as planned     |
        | 14    | 21     | 28    | met     | as planned     |
        | 19    | 26     | 33    | met     | as planned     |
        | 20    | 27     | 34    | not met | not as planned |

    @criterion:msc_start_right @criterion:msc_number_right @conclusion:regimen.msc @anchor:first_msc
    Scenario Outline: Cells are counted from day 0 on
      Given the dose of cells on day <day> is 20 million cells
      And the weight on day -30 is 20
      When the criteria are applied on day 60
      Then the treatment with cells is <treatment>
      And it is dated day <dated>
      And "the right number of infusions" is <right number>

      Examples: Beside those of days 14, 21 and 28
        | day | treatment      | dated | right number |
        | -1  | as planned     | 14    | met          |
        | 0   | not as planned | 0     | not met      |

    @criterion:msc_intervals_right @criterion:msc_dose_right @conclusion:regimen.msc
    Scenario Outline: Intervals and doses are judged from day 0 on
      Given the doses of cells are
        | day      | dose             |
        | <first>  | <dose>           |
        | <second> | 20 million cells |
        | <third>  | 20 million cells |
      When the criteria are applied on day 60
      Then "the infusions a week apart" is <a week apart>
      And "the right dose of cells" is <right>

      Examples:
        | first | dose               | second | third | a week apart | right   |
        | 0     | 20 million cells   | 3      | 10    | not met      | met     |
        | -1    | 20 million cells   | 2      | 9     | met          | met     |
        | 0     | 20 million cells   | 10     | 17    | not met      | met     |
        | -1    | 20 million cells   | 9      | 16    | met          | met     |
        | 0     | 15.9 million cells | 7      | 14    | met          | not met |
        | -1    | 15.9 million cells | 6      | 13    | met          | met     |
        | 0     | 24.1 million cells | 7      | 14    | met          | not met |
        | -1    | 24.1 million cells | 6      | 13    | met          | met     |

    @criterion:msc_intervals_right @conclusion:regimen.msc
    Scenario Outline: A week apart, two days more or less
      Given the doses of cells are
        | day      | dose             |
        | 14       | 20 million cells |
        | <second> | 20 million cells |
        | <third>  | 20 million cells |
      And the weight on day 12 is 20
      When the criteria are applied on day 60
      Then "the infusions a week apart" is <a week apart>
      And the treatment with cells is <treatment>

      Examples:
        | second | third | a week apart | treatment      |
        | 18     | 25    | not met      | not as planned |
        | 19     | 26    | met          | as planned     |
        | 23     | 30    | met          | as planned     |
        | 24     | 31    | not met      | not as planned |
        | 21     | 25    | not met      | not as planned |
        | 21     | 26    | met          | as planned     |
        | 21     | 30    | met          | as planned     |
        | 21     | 31    | not met      | not as planned |

    @criterion:msc_dose_right @conclusion:regimen.msc
    Scenario Outline: Each within a fifth of 20 million cells, for a child of 20 kg
      Given the dose of cells on day 21 is <dose>
      When the criteria are applied on day 60
      Then "the right dose of cells" is <right>
      And the treatment with cells is <treatment>

      Examples:
        | dose                  | right   | treatment      |
        | 15.9 million cells    | not met | not as planned |
        | 15.99 million cells   | not met | not as planned |
        | 16 million cells      | met     | as planned     |
        | 24 million cells      | met     | as planned     |
        | 24.01 million cells   | not met | not as planned |
        | 24.1 million cells    | not met | not as planned |
        | 1 million cells/kg    | met     | as planned     |
        | 0.79 million cells/kg | not met | not as planned |
        | not recorded          | unknown | undetermined   |

    @criterion:msc_dose_right @conclusion:regimen.msc
    Scenario Outline: A weight counts for thirty days before an infusion of cells
      Given the weight is not measured
      And the weight on day <day> is <weight>
      When the criteria are applied on day 60
      Then "the right dose of cells" is <right>

      Examples: The last infusion is given on day 28
        | day | weight | right   |
        | -2  | 20     | met     |
        | -3  | 20     | unknown |
        | -60 | 30     | unknown |
        | -60 | 15     | unknown |

    @criterion:msc_number_right @conclusion:regimen.msc
    Scenario Outline: Three, no fewer and no more
      Given <infusion>
      When the criteria are applied on day 60
      Then "the right number of infusions" is <right number>
      And the treatment with cells is <treatment>

      Examples:
        | infusion                                        | right number | treatment      |
        | the dose of cells on day 28 is 20 million cells | met          | as planned     |
        | the dose of cells on day 28 is not given        | not met      | not as planned |
        | the dose of cells on day 35 is 20 million cells | not met      | not as planned |

    @criterion:msc_number_right @conclusion:regimen.msc
    Scenario: An infusion whose day is known to the year only may be a fourth
      Given cells were given in 2014
      When the criteria are applied on day 60
      Then "the right number of infusions" is unknown

    @criterion:in_msc_arm @conclusion:regimen.msc @criterion:msc_arm_right
    Scenario Outline: It is asked of the arm with cells, and of whoever was given cells
      Given <recorded>
      And <given>
      When the criteria are applied on day 60
      Then the treatment with cells is <treatment>

      Examples:
        | recorded                                | given                           | treatment      |
        | the study records the arm as with cells | cells are not given             | not as planned |
        | the study records the arm as control    | cells are not given             | not applicable |
        | the study records the arm as control    | the doses of cells are as above | not as planned |
        | no arm is recorded                      | cells are not given             | not applicable |
        | no arm is recorded                      | the doses of cells are as above | as planned     |

    @criterion:in_msc_arm @conclusion:regimen.msc
    Scenario: A child of whom it is not known whether cells were given at all
      Given cells are not given
      And cells were given in 2014
      When the criteria are applied on day 60
      Then the treatment with cells is undetermined

    @conclusion:regimen.msc
    Scenario Outline: Judged on day 37, the last on which three infusions can end, or once three were given
      Given the dose of cells on day 28 is <third>
      When the criteria are applied on day <asked>
      Then the treatment with cells is <treatment>

      Examples:
        | third            | asked | treatment      |
        | 20 million cells | 27    | not due yet    |
        | 20 million cells | 28    | as planned     |
        | not given        | 36    | not due yet    |
        | not given        | 37    | not as planned |

    @criterion:msc_number_right @criterion:msc_start_right @criterion:msc_intervals_right @criterion:msc_dose_right @conclusion:regimen.msc
    Scenario Outline: The trial office may plan other infusions
      Given the trial office sets "<setting>" to <value>
      When the criteria are applied on day 60
      Then the treatment with cells is <treatment>

      Examples: Days 14, 21 and 28 with a million cells per kilogram were given
        | setting                                     | value    | treatment      |
        | the dose of cells                           | 1.25     | as planned     |
        | the dose of cells                           | 1.26     | not as planned |
        | the dose of cells                           | 2        | not as planned |
        | the day of the first infusion               | 16       | as planned     |
        | the day of the first infusion               | 17       | not as planned |
        | the day of the first infusion               | 9        | as planned     |
        | the day of the first infusion               | 8        | not as planned |
        | the days that the first infusion may be off | 0 to 0   | as planned     |
        | the days that the first infusion may be off | 1 to 5   | not as planned |
        | the days that the first infusion may be off | -2 to -1 | not as planned |
        | the days between infusions                  | 9        | as planned     |
        | the days between infusions                  | 10       | not as planned |
        | the days that an interval may be off        | 0        | as planned     |
        | the number of infusions                     | 2        | not as planned |
        | the number of infusions                     | 4        | not as planned |

    @criterion:msc_dose_right @criterion:msc_intervals_right @conclusion:regimen.msc
    Scenario Outline: The trial office may allow the cells more or less
      Given the trial office sets "<setting>" to <value>
      And the doses of cells are
        | day | dose             |
        | 14  | 18 million cells |
        | 22  | 20 million cells |
        | 30  | 20 million cells |
      And the weight on day 12 is 20
      When the criteria are applied on day 60
      Then the treatment with cells is <treatment>

      Examples:
        | setting                                   | value | treatment      |
        | the share that a dose of cells may be off | 0.10  | as planned     |
        | the share that a dose of cells may be off | 0.09  | not as planned |
        | the days that an interval may be off      | 1     | as planned     |
        | the days that an interval may be off      | 0     | not as planned |

    @conclusion:regimen.msc
    Scenario: The trial office may judge it later
      Given the trial office sets "the day on which cells can be judged" to 50
      And the dose of cells on day 28 is not given
      When the criteria are applied on day 49
      Then the treatment with cells is not due yet

  @statement:G3 @statement:R3
  Rule: The arm is what the study recorded, else what was given (Methods, Study design; G3, R3)

    @criterion:recorded_as_msc @criterion:recorded_as_control @criterion:arm_recorded @criterion:given_msc @conclusion:arm
    Scenario Outline: Recorded, or as treated
      Given <recorded>
      And <given>
      When the criteria are applied on day 60
      Then the arm is <arm>
      And it is dated day 0
      And "cells given in time to count" is <in time>

      Examples:
        | recorded                                | given                           | arm        | in time |
        | the study records the arm as with cells | the doses of cells are as above | with cells | met     |
        | the study records the arm as with cells | cells are not given             | with cells | not met |
        | the study records the arm as control    | the doses of cells are as above | control    | met     |
        | the study records the arm as control    | cells are not given             | control    | not met |
        | no arm is recorded                      | the doses of cells are as above | with cells | met     |
        | no arm is recorded                      | cells are not given             | control    | not met |

    @criterion:recorded_as_msc @criterion:recorded_as_control @conclusion:arm
    Scenario Outline: What the study recorded is shown
      Given <recorded>
      When the criteria are applied on day 60
      Then "recorded in the arm with cells" is <with cells>
      And "recorded in the control arm" is <control>

      Examples:
        | recorded                                | with cells | control |
        | the study records the arm as with cells | met        | not met |
        | the study records the arm as control    | not met    | met     |
        | no arm is recorded                      | unknown    | unknown |

    @criterion:given_msc @conclusion:arm
    Scenario Outline: Without a record, cells make the arm, and a child without them is control from day 19 on
      Given the doses of cells are
        | day     | dose             |
        | <first> | 20 million cells |
      When the criteria are applied on day <asked>
      Then the arm is <arm>
      And "cells given in time to count" is <in time>

      Examples:
        | first | asked | arm         | in time |
        | 19    | 18    | not due yet | unknown |
        | 19    | 19    | with cells  | met     |
        | 20    | 18    | not due yet | unknown |
        | 20    | 19    | control     | not met |
        | 20    | 60    | with cells  | met     |
        | 0     | 60    | with cells  | met     |
        | -1    | 60    | control     | not met |

    @criterion:arm_recorded @criterion:given_msc @conclusion:arm
    Scenario Outline: An arm that is recorded and cells that were given need not be waited for
      Given <recorded>
      When the criteria are applied on day <asked>
      Then the arm is <arm>

      Examples: The first cells are given on day 14
        | recorded                                | asked | arm         |
        | no arm is recorded                      | 13    | not due yet |
        | no arm is recorded                      | 14    | with cells  |
        | the study records the arm as control    | 3     | control     |
        | the study records the arm as with cells | 3     | with cells  |

    @criterion:given_msc @conclusion:arm
    Scenario: The trial office may wait longer
      Given the trial office sets "the last day for a first infusion" to 25
      And the doses of cells are
        | day | dose             |
        | 25  | 20 million cells |
      When the criteria are applied on day 60
      Then the arm is with cells

    @criterion:atg_given @criterion:arm_recorded @conclusion:arm
    Scenario Outline: A child who is neither treated nor assigned has no arm
      Given rabbit ATG is not given
      And <recorded>
      When the criteria are applied on day 60
      Then the arm is <arm>

      Examples:
        | recorded                                | arm            |
        | no arm is recorded                      | not applicable |
        | the study records the arm as control    | control        |
        | the study records the arm as with cells | with cells     |
