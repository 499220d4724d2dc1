Feature: Regulatory T cells
  The share of regulatory T cells among the CD4 cells is read before treatment and at day 40, and normal is from 5 % to 10 %.

  Background:
    Given a girl born on 12 May 2008
    And rabbit ATG begins on 3 March 2014

  @statement:T1 @statement:T7
  Rule: From 5 % to 10 % is normal, both ends included (Methods, Measurement of Tregs; Table 1; T1, T7)

    @criterion:treg_low @criterion:treg_high @conclusion:treg
    Scenario Outline: Before treatment
      Given the regulatory T cells are <share>
      When the criteria are applied
      Then the level of regulatory T cells before treatment is <level>
      And "regulatory T cells below normal" is <below>
      And "regulatory T cells above normal" is <above>

      Examples: As a number
        | share        | level          | below   | above   |
        | 0            | low            | met     | not met |
        | 4.9          | low            | met     | not met |
        | 5            | normal         | not met | not met |
        | 5.0          | normal         | not met | not met |
        | 7            | normal         | not met | not met |
        | 10           | normal         | not met | not met |
        | 10.1         | high           | not met | met     |
        | 16.8         | high           | not met | met     |
        | not measured | not applicable | unknown | unknown |

      Examples: As a bound or a range
        | share | level        | below   | above   |
        | <5    | low          | met     | not met |
        | <6    | undetermined | unknown | not met |
        | >9    | undetermined | not met | unknown |
        | 6-9   | normal       | not met | not met |
        | 4-5   | undetermined | unknown | not met |

    @criterion:treg_low @criterion:treg_high @conclusion:treg
    Scenario Outline: What is still open
      Given the regulatory T cells are <share>
      When the criteria are applied
      Then the level of regulatory T cells before treatment is undetermined
      And it may still be <open>

      Examples:
        | share | open                |
        | <6    | low or normal       |
        | >9    | high or normal      |
        | >1    | low, high or normal |

    @criterion:treg_low @criterion:treg_high @conclusion:treg
    Scenario Outline: At day 40
      Given the regulatory T cells are 7
      And the regulatory T cells on day 40 are <share>
      When the criteria are applied
      Then the level of regulatory T cells at day 40 is <level>
      And the level of regulatory T cells before treatment is normal

      Examples:
        | share | level          |
        | 4.9   | low            |
        | 5     | normal         |
        | 10    | normal         |
        | 10.1  | high           |
        | <6    | undetermined   |
        | -     | not applicable |

    @conclusion:treg
    Scenario Outline: The trial office may take another range for normal
      Given the trial office sets "normal regulatory T cells" to 4 to 8
      And the regulatory T cells are <share>
      When the criteria are applied
      Then the level of regulatory T cells before treatment is <level>

      Examples:
        | share | level  |
        | 3.9   | low    |
        | 4     | normal |
        | 8     | normal |
        | 8.1   | high   |

  @statement:E1 @statement:E5
  Rule: Read at baseline and forty days after rabbit ATG began (Methods, Clinical evaluation and response criteria; Results, Hematologic and immunologic response; E1, E5)

    @conclusion:treg @window:baseline @window:day_40
    Scenario Outline: Which days belong to which reading
      Given the regulatory T cells on day <day> are 7
      When the criteria are applied on day 100
      Then the level of regulatory T cells before treatment is <before>
      And the level of regulatory T cells at day 40 is <day 40>

      Examples:
        | day | before         | day 40         |
        | -31 | not applicable | not applicable |
        | -30 | normal         | not applicable |
        | -1  | normal         | not applicable |
        | 32  | not applicable | not applicable |
        | 33  | not applicable | normal         |
        | 47  | not applicable | normal         |
        | 48  | not applicable | not applicable |

    @conclusion:treg @window:day_40
    Scenario: The nearest to day 40 counts
      Given the regulatory T cells on day 36 are 3
      And the regulatory T cells on day 42 are 7
      When the criteria are applied on day 100
      Then the level of regulatory T cells at day 40 is normal
      And it is dated day 42
      And it rests on the regulatory T cells of day 42
