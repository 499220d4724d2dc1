Feature: How severe the aplastic anaemia is
  Before treatment the marrow and three blood counts decide whether a child's aplastic anaemia is severe, and the
  neutrophils alone whether it is very severe. Each limit is strict: a count that lies on its limit has not passed it.
  Cell counts are in 10^9/L and the marrow in per cent, unless a result says otherwise.

  Background:
    Given a girl born on 12 May 2008
    And aplastic anaemia was diagnosed on 10 February 2014
    And rabbit ATG begins on 3 March 2014
    And the results before treatment are
      | marrow cellularity | neutrophils | platelets | reticulocytes |
      | 10                 | 0.3         | 12        | 8             |

  @statement:S1
  Rule: Below 25 % of cells the marrow is hypocellular (Methods, Study population; S1)

    @criterion:hypocellular_marrow @conclusion:severity
    Scenario Outline: The cellularity against its limit
      Given the marrow cellularity is <cellularity>
      When the criteria are applied
      Then "hypocellular marrow" is <hypocellular>
      And the severity is <severity>

      Examples:
        | cellularity  | hypocellular | severity     |
        | 0            | met          | severe       |
        | 24.9         | met          | severe       |
        | 25           | unknown      | undetermined |
        | 25.1         | unknown      | undetermined |
        | 50.1         | not met      | not severe   |
        | 80           | not met      | not severe   |
        | not measured | unknown      | undetermined |

    @criterion:hypocellular_marrow
    Scenario Outline: A report that gives a range or a bound counts only as far as it is certain
      Given the marrow cellularity is <reported>
      And the residual haematopoietic cells are 40
      When the criteria are applied
      Then "hypocellular marrow" is <hypocellular>

      Examples:
        | reported | hypocellular |
        | 10-20    | met          |
        | 5-24.9   | met          |
        | 20-25    | unknown      |
        | 20-30    | unknown      |
        | 25-40    | not met      |
        | <25      | met          |
        | <30      | unknown      |
        | >50      | not met      |

    @criterion:hypocellular_marrow
    Scenario Outline: The trial office may take one end of a range for the value
      Given the trial office sets "a range of cellularity counts as" to <taken>
      And the marrow cellularity is 20-30
      And the residual haematopoietic cells are 40
      When the criteria are applied
      Then "hypocellular marrow" is <hypocellular>

      Examples:
        | taken         | hypocellular |
        | its lower end | met          |
        | its middle    | not met      |
        | its upper end | not met      |

    @criterion:hypocellular_marrow
    Scenario: Another limit of the cellularity, if the trial office asks for it
      Given the trial office sets "the limit of hypocellular marrow" to 30
      And the marrow cellularity is 29
      When the criteria are applied
      Then "hypocellular marrow" is met

  @statement:S2
  Rule: From 25 % to 50 % the marrow is hypocellular if fewer than 30 % of its cells still make blood (Methods, Study population; S2)

    @criterion:hypocellular_marrow @conclusion:severity
    Scenario Outline: Both limits of the cellularity belong to the middle, and 30 % of residual cells are too many
      Given the marrow cellularity is <cellularity>
      And the residual haematopoietic cells are <residual>
      When the criteria are applied
      Then "hypocellular marrow" is <hypocellular>
      And the severity is <severity>

      Examples: The lower end of the middle
        | cellularity | residual     | hypocellular | severity     |
        | 24.9        | 30           | met          | severe       |
        | 25          | 29.9         | met          | severe       |
        | 25          | 30           | not met      | not severe   |
        | 25          | 30.1         | not met      | not severe   |
        | 25          | not measured | unknown      | undetermined |

      Examples: In the middle
        | cellularity | residual | hypocellular | severity     |
        | 37.5        | 0        | met          | severe       |
        | 37.5        | 29.9     | met          | severe       |
        | 37.5        | 30       | not met      | not severe   |
        | 37.5        | <30      | met          | severe       |
        | 37.5        | <40      | unknown      | undetermined |

      Examples: The upper end of the middle
        | cellularity | residual     | hypocellular | severity     |
        | 50          | 29.9         | met          | severe       |
        | 50          | 30           | not met      | not severe   |
        | 50          | not measured | unknown      | undetermined |
        | 50.1        | 29.9         | not met      | not severe   |
        | 50.1        | not measured | not met      | not severe   |

    @criterion:hypocellular_marrow @conclusion:severity
    Scenario: What is missing is named, and not made up from other cells of the marrow
      Given the marrow cellularity is 40
      When the criteria are applied
      Then the severity is undetermined
      And it may still be severe or not severe
      And what is missing is the residual haematopoietic cells

    @criterion:hypocellular_marrow
    Scenario: Other limits of the middle, if the trial office asks for them
      Given the trial office sets "the middle range of cellularity" to 25 to 60
      And the trial office sets "the limit of residual haematopoietic cells" to 20
      And the marrow cellularity is 55
      And the residual haematopoietic cells are 19.9
      When the criteria are applied
      Then "hypocellular marrow" is met

  @statement:S4
  Rule: Neutrophils are severely low below 0.5 (Methods, Study population; S4)

    @criterion:neutrophils_severe
    Scenario Outline: The neutrophils against their limit
      Given the neutrophils are <neutrophils>
      When the criteria are applied
      Then "neutrophils severely low" is <severely low>

      Examples: As a number
        | neutrophils  | severely low |
        | 0            | met          |
        | 0.49         | met          |
        | 0.5          | not met      |
        | 0.50         | not met      |
        | 0.51         | not met      |
        | not measured | unknown      |

      Examples: As a bound or a range
        | neutrophils | severely low |
        | <0.5        | met          |
        | <=0.5       | unknown      |
        | <1          | unknown      |
        | >=0.5       | not met      |
        | >0.2        | unknown      |
        | 0.3-0.4     | met          |
        | 0.3-0.5     | unknown      |
        | 0.5-0.8     | not met      |

      Examples: In the units of other laboratories
        | neutrophils  | severely low |
        | 499 /uL      | met          |
        | 500 /uL      | not met      |
        | 0.49 K/uL    | met          |
        | 0.5 x10^9/L  | not met      |
        | 0.5 10*3/mm3 | not met      |

    @criterion:neutrophils_severe
    Scenario Outline: A result that cannot be trusted is refused and not guessed at
      Given the neutrophils are <neutrophils>
      When the criteria are applied
      Then a result is refused <why>
      And "neutrophils severely low" is unknown

      Examples:
        | neutrophils        | why            |
        | 0.3 without a unit | for its unit   |
        | 0.3 mmol/L         | for its unit   |
        | 3000 x10^9/L       | as implausible |

    @criterion:neutrophils_severe
    Scenario: Another limit of the neutrophils, if the trial office asks for it
      Given the trial office sets "the limit of severely low neutrophils" to 0.6
      And the neutrophils are 0.5
      When the criteria are applied
      Then "neutrophils severely low" is met

  @statement:S5
  Rule: Platelets before a transfusion are severely low below 20 (Methods, Study population; S5)

    @criterion:platelets_severe
    Scenario Outline: The platelets against their limit
      Given the platelets are <platelets>
      When the criteria are applied
      Then "platelets severely low" is <severely low>

      Examples:
        | platelets    | severely low |
        | 1            | met          |
        | 19.9         | met          |
        | 20           | not met      |
        | 20.1         | not met      |
        | not measured | unknown      |
        | <20          | met          |
        | <30          | unknown      |
        | 15-25        | unknown      |
        | 19000 /uL    | met          |
        | 20000 /uL    | not met      |

    @criterion:platelets_severe
    Scenario Outline: A count within three days after transfused platelets is passed over for an earlier one
      Given the platelets on day -12 are 25
      And the platelets on day -1 are 12
      And platelets are transfused on day <transfused>
      When the criteria are applied
      Then "platelets severely low" is <severely low>
      And it rests on the platelets of day <used>

      Examples: Counted from the transfusion to the count of day -1
        | transfused | severely low | used |
        | -1         | not met      | -12  |
        | -2         | not met      | -12  |
        | -4         | not met      | -12  |
        | -5         | met          | -1   |
        | -6         | met          | -1   |

    @criterion:platelets_severe
    Scenario: A count on the morning of the transfusion came before it and counts
      Given the platelets are 12
      And platelets are transfused on day -1 at 11:00
      When the criteria are applied
      Then "platelets severely low" is met
      And nothing is remarked

    @criterion:platelets_severe @conclusion:severity
    Scenario: If every platelet count followed a transfusion the lowest is used, and that is said
      Given platelets are transfused on day -4
      And the platelets on day -3 are 40
      And the platelets on day -2 are 15
      And the platelets on day -1 are 22
      When the criteria are applied
      Then "platelets severely low" is met
      And the severity is severe
      And it is remarked that the count was taken after a transfusion
      And it rests on the platelets of day -2

    @criterion:platelets_severe
    Scenario Outline: Which transfusions spoil a platelet count
      Given <product> are transfused on day -2
      And the platelets on day -12 are 25
      When the criteria are applied
      Then "platelets severely low" is <severely low>

      Examples:
        | product   | severely low |
        | platelets | not met      |
        | red cells | met          |

    @criterion:platelets_severe
    Scenario Outline: Where it is not sure that platelets came shortly before, both counts stay possible
      Given the platelets on day -12 are 25
      And <transfusion>
      When the criteria are applied
      Then "platelets severely low" is <severely low>

      Examples: The newer count, of day -1, is 12
        | transfusion                                            | severely low |
        | a blood product without a name is transfused on day -2 | unknown      |
        | a blood product without a name is transfused on day -5 | met          |
        | platelets are transfused in March 2014                 | unknown      |
        | platelets are transfused in February 2014              | unknown      |

    @criterion:platelets_severe
    Scenario Outline: Other limits of the platelets, if the trial office asks for them
      Given the trial office sets "<setting>" to <value>
      And platelets are transfused on day -5
      And the platelets on day -12 are 25
      And the platelets are 20
      When the criteria are applied
      Then "platelets severely low" is <severely low>

      Examples:
        | setting                             | value | severely low |
        | the limit of severely low platelets | 21    | met          |
        | the days after platelets            | 4     | not met      |

  @statement:S6
  Rule: Reticulocytes before a transfusion are severely low below 20 (Methods, Study population; S6)

    @criterion:reticulocytes_severe
    Scenario Outline: The reticulocytes against their limit
      Given the reticulocytes are <reticulocytes>
      When the criteria are applied
      Then "reticulocytes severely low" is <severely low>

      Examples:
        | reticulocytes  | severely low |
        | 0              | met          |
        | 19.9           | met          |
        | 20             | not met      |
        | 20.1           | not met      |
        | not measured   | unknown      |
        | <20            | met          |
        | <25            | unknown      |
        | 15-25          | unknown      |
        | 0.0199 10*6/uL | met          |
        | 0.02 10*6/uL   | not met      |

    @criterion:reticulocytes_severe
    Scenario Outline: A count within seven days after red cells is passed over for an earlier one
      Given the reticulocytes on day -20 are 25
      And red cells are transfused on day <transfused>
      When the criteria are applied
      Then "reticulocytes severely low" is <severely low>
      And it rests on the reticulocytes of day <used>

      Examples: Counted from the transfusion to the count of day -1
        | transfused | severely low | used |
        | -1         | not met      | -20  |
        | -7         | not met      | -20  |
        | -8         | not met      | -20  |
        | -9         | met          | -1   |
        | -10        | met          | -1   |

    @criterion:reticulocytes_severe @conclusion:severity
    Scenario: If every reticulocyte count followed a transfusion the lowest is used, and that is said
      Given red cells are transfused on day -7
      And the reticulocytes on day -5 are 21
      And the reticulocytes on day -3 are 18
      And the reticulocytes are 30
      When the criteria are applied
      Then "reticulocytes severely low" is met
      And the severity is severe
      And it is remarked that the count was taken after a transfusion

    @criterion:reticulocytes_severe
    Scenario Outline: Where it is not sure that red cells came shortly before, both counts stay possible
      Given the reticulocytes on day -20 are 25
      And <transfusion>
      When the criteria are applied
      Then "reticulocytes severely low" is <severely low>

      Examples: The newer count, of day -1, is 8
        | transfusion                                            | severely low |
        | a blood product without a name is transfused on day -2 | unknown      |
        | a blood product without a name is transfused on day -9 | met          |
        | red cells are transfused in March 2014                 | unknown      |
        | red cells are transfused in February 2014              | unknown      |

    @criterion:reticulocytes_severe
    Scenario: Transfused platelets leave the reticulocytes alone
      Given platelets are transfused on day -2
      And the reticulocytes on day -20 are 25
      When the criteria are applied
      Then "reticulocytes severely low" is met

    @criterion:reticulocytes_severe
    Scenario Outline: Other limits of the reticulocytes, if the trial office asks for them
      Given the trial office sets "<setting>" to <value>
      And red cells are transfused on day -9
      And the reticulocytes on day -20 are 65
      And the reticulocytes are 45
      When the criteria are applied
      Then "reticulocytes severely low" is <severely low>

      Examples:
        | setting                                 | value | severely low |
        | the limit of severely low reticulocytes | 60    | met          |
        | the limit of severely low reticulocytes | 20    | not met      |
        | the days after red cells                | 10    | not met      |

    @criterion:reticulocytes_severe
    Scenario Outline: A percentage of reticulocytes counts with the red cells of the same sample
      Given the reticulocytes are not measured
      And the reticulocyte percentage is <percentage>
      And the red cells are <red cells>
      When the criteria are applied
      Then "reticulocytes severely low" is <severely low>

      Examples:
        | percentage | red cells    | severely low |
        | 0.9        | 2.2          | met          |
        | 0.8        | 2.5          | not met      |
        | 0.81       | 2.5          | not met      |
        | 0.5        | 3.99         | met          |
        | 0.8        | not measured | unknown      |

    @criterion:reticulocytes_severe
    Scenario: Computed reticulocytes are a count like any other, and newer than an older one
      Given the reticulocytes are not measured
      And the reticulocytes on day -10 are 15
      And the reticulocyte percentage is 1
      And the red cells are 2.5
      When the criteria are applied
      Then "reticulocytes severely low" is not met
      And nothing is remarked

    @criterion:reticulocytes_severe
    Scenario: Red cells of another day are another sample
      Given the reticulocytes are not measured
      And the reticulocyte percentage is 0.5
      And the red cells on day -2 are 2.2
      When the criteria are applied
      Then "reticulocytes severely low" is unknown

    @criterion:reticulocytes_severe
    Scenario: The percentage is left aside if the trial office wants it so
      Given the trial office sets "reticulocytes from their percentage" to no
      And the reticulocytes are not measured
      And the reticulocyte percentage is 0.5
      And the red cells are 2.2
      When the criteria are applied
      Then "reticulocytes severely low" is unknown

    @conclusion:severity @flag:automated_reticulocytes_severe_elsewhere
    Scenario Outline: Counted by a machine, up to 60 is severe in other guidelines, which is remarked but does not decide
      Given the reticulocytes are not measured
      And the neutrophils are 0.6
      And the <counted> are <number>
      When the criteria are applied
      Then the severity is <severity>
      And it <is or is not> remarked that elsewhere these machine-counted reticulocytes would be severe

      Examples:
        | counted                       | number | severity   | is or is not |
        | machine-counted reticulocytes | 19.9   | severe     | is not       |
        | machine-counted reticulocytes | 20     | not severe | is           |
        | machine-counted reticulocytes | 59.9   | not severe | is           |
        | machine-counted reticulocytes | 60     | not severe | is not       |
        | reticulocytes                 | 30     | not severe | is not       |

    @conclusion:severity @flag:automated_reticulocytes_severe_elsewhere
    Scenario: The trial office may ask for the remark up to another limit
      Given the trial office sets "the limit for machine-counted reticulocytes" to 50
      And the reticulocytes are not measured
      And the machine-counted reticulocytes are 50
      When the criteria are applied
      Then the severity is severe
      And it is not remarked that elsewhere these machine-counted reticulocytes would be severe

  @statement:S3
  Rule: At least two of the three counts must be severely low (Methods, Study population; S3)

    In the tables a low count is neutrophils 0.4, platelets 19 or reticulocytes 19, a higher one lies on its limit:
    neutrophils 0.5, platelets 20 or reticulocytes 20.

    @criterion:severe_counts
    Scenario Outline: Two that are low suffice, two that are not low settle it, anything else stays open
      Given the neutrophils are <neutrophils>
      And the platelets are <platelets>
      And the reticulocytes are <reticulocytes>
      When the criteria are applied
      Then "two of three counts severely low" is <together>

      Examples: The neutrophils are low
        | neutrophils | platelets    | reticulocytes | together |
        | 0.4         | 19           | 19            | met      |
        | 0.4         | 19           | 20            | met      |
        | 0.4         | 19           | not measured  | met      |
        | 0.4         | 20           | 19            | met      |
        | 0.4         | 20           | 20            | not met  |
        | 0.4         | 20           | not measured  | unknown  |
        | 0.4         | not measured | 19            | met      |
        | 0.4         | not measured | 20            | unknown  |
        | 0.4         | not measured | not measured  | unknown  |

      Examples: The neutrophils are not low
        | neutrophils | platelets    | reticulocytes | together |
        | 0.5         | 19           | 19            | met      |
        | 0.5         | 19           | 20            | not met  |
        | 0.5         | 19           | not measured  | unknown  |
        | 0.5         | 20           | 19            | not met  |
        | 0.5         | 20           | 20            | not met  |
        | 0.5         | 20           | not measured  | not met  |
        | 0.5         | not measured | 19            | unknown  |
        | 0.5         | not measured | 20            | not met  |
        | 0.5         | not measured | not measured  | unknown  |

      Examples: The neutrophils are not known
        | neutrophils  | platelets    | reticulocytes | together |
        | not measured | 19           | 19            | met      |
        | not measured | 19           | 20            | unknown  |
        | not measured | 19           | not measured  | unknown  |
        | not measured | 20           | 19            | unknown  |
        | not measured | 20           | 20            | not met  |
        | not measured | 20           | not measured  | unknown  |
        | not measured | not measured | 19            | unknown  |
        | not measured | not measured | 20            | unknown  |
        | not measured | not measured | not measured  | unknown  |

    @criterion:severe_counts
    Scenario Outline: One or three of the counts, if the trial office asks for it
      Given the trial office sets "the number of counts that must be severe" to <number>
      And the neutrophils are 0.6
      And the platelets are <platelets>
      When the criteria are applied
      Then "two of three counts severely low" is <together>

      Examples:
        | number | platelets | together |
        | 1      | 30        | met      |
        | 2      | 30        | not met  |
        | 2      | 12        | met      |
        | 3      | 12        | not met  |

  @statement:S7
  Rule: Severe needs both, the hypocellular marrow and the two counts (Methods, Study population; S7)

    @criterion:meets_saa @conclusion:severity
    Scenario Outline: Marrow and counts together
      Given the marrow cellularity is <cellularity>
      And the platelets are <platelets>
      And the reticulocytes are 30
      When the criteria are applied
      Then "severe aplastic anaemia" is <severe>
      And the severity is <severity>

      Examples:
        | cellularity  | platelets    | severe  | severity     |
        | 10           | 12           | met     | severe       |
        | 10           | 30           | not met | not severe   |
        | 10           | not measured | unknown | undetermined |
        | 60           | 12           | not met | not severe   |
        | 60           | 30           | not met | not severe   |
        | 60           | not measured | not met | not severe   |
        | not measured | 12           | unknown | undetermined |
        | not measured | 30           | not met | not severe   |
        | not measured | not measured | unknown | undetermined |

    @criterion:meets_saa @conclusion:severity
    Scenario: What is still open is named, and so is what would settle it
      Given the platelets are not measured
      And the reticulocytes are 30
      When the criteria are applied
      Then the severity is undetermined
      And it may still be severe or not severe
      And what is missing is the platelets

    @criterion:meets_saa @conclusion:severity
    Scenario: The conclusion carries the day of the newest result it rests on
      Given the neutrophils on day -1 are not measured
      And the neutrophils on day -3 are 0.3
      And the platelets on day -1 are not measured
      And the platelets on day -4 are 12
      And the reticulocytes on day -1 are not measured
      And the reticulocytes on day -5 are 8
      And the marrow cellularity on day -1 is not measured
      And the marrow cellularity on day -20 is 10
      When the criteria are applied
      Then the severity is severe
      And it is dated day -3

  @statement:S8
  Rule: Very severe is severe with neutrophils below 0.2 (Methods, Study population; S8)

    @criterion:neutrophils_very_severe @criterion:meets_vsaa @conclusion:severity
    Scenario Outline: The neutrophils against the limit of very severe
      Given the neutrophils are <neutrophils>
      When the criteria are applied
      Then "neutrophils very severely low" is <very low>
      And the severity is <severity>

      Examples:
        | neutrophils | very low | severity     |
        | 0           | met      | very severe  |
        | 0.19        | met      | very severe  |
        | 0.2         | not met  | severe       |
        | 0.20        | not met  | severe       |
        | 0.21        | not met  | severe       |
        | 200 /uL     | not met  | severe       |
        | 199 /uL     | met      | very severe  |
        | <0.2        | met      | very severe  |
        | <0.5        | unknown  | undetermined |

    @criterion:neutrophils_very_severe @criterion:meets_vsaa @conclusion:severity
    Scenario: Without neutrophils the other two counts make it severe, and very severe stays open
      Given the neutrophils are not measured
      When the criteria are applied
      Then "severe aplastic anaemia" is met
      And "neutrophils very severely low" is unknown
      And the severity is undetermined
      And it may still be very severe or severe
      And what is missing is the neutrophils

    @criterion:meets_vsaa @conclusion:severity
    Scenario Outline: Very low neutrophils alone are not enough
      Given the neutrophils are 0.1
      And the platelets are <platelets>
      And the reticulocytes are <reticulocytes>
      And the marrow cellularity is <cellularity>
      When the criteria are applied
      Then "neutrophils very severely low" is met
      And the severity is <severity>

      Examples:
        | cellularity  | platelets    | reticulocytes | severity     |
        | 10           | 19           | 20            | very severe  |
        | 10           | 20           | 19            | very severe  |
        | 10           | 20           | 20            | not severe   |
        | 60           | 19           | 19            | not severe   |
        | 10           | not measured | 20            | undetermined |
        | not measured | 19           | 19            | undetermined |

    @criterion:meets_vsaa @conclusion:severity
    Scenario: Where the marrow is not known, a child with very low counts is very severe or not severe
      Given the neutrophils are 0.1
      And the marrow cellularity is not measured
      When the criteria are applied
      Then the severity is undetermined
      And it may still be very severe or not severe
      And what is missing is the marrow cellularity and the residual haematopoietic cells

    @criterion:meets_vsaa @conclusion:severity
    Scenario: The trial office may take very low neutrophils by themselves
      Given the trial office sets "very severe needs severe" to no
      And the neutrophils are 0.1
      And the marrow cellularity is 60
      When the criteria are applied
      Then the severity is very severe

    @criterion:neutrophils_very_severe @conclusion:severity
    Scenario: Another limit of very severe, if the trial office asks for it
      Given the trial office sets "the limit of very severely low neutrophils" to 0.1
      And the neutrophils are 0.1
      When the criteria are applied
      Then the severity is severe

  @statement:S9
  Rule: Very severe and severe are told apart, and both meet the definition of severe (Table 1; S9)

    @criterion:meets_saa @conclusion:severity
    Scenario Outline: One class for each child
      Given the neutrophils are <neutrophils>
      And the platelets are <platelets>
      When the criteria are applied
      Then the severity is <class>
      And "severe aplastic anaemia" is <severe>

      Examples:
        | neutrophils | platelets | class       | severe  |
        | 0.07        | 8         | very severe | met     |
        | 0.36        | 18        | severe      | met     |
        | 0.8         | 40        | not severe  | not met |

  @statement:E1
  Rule: What counts is the last result before treatment (Methods, Clinical evaluation and response criteria; E1)

    @conclusion:severity @window:baseline
    Scenario: The last of several, not the worst
      Given the neutrophils on day -10 are 0.1
      And the neutrophils on day -1 are 0.4
      When the criteria are applied
      Then the severity is severe
      And it rests on the neutrophils of day -1
      And it does not rest on the neutrophils of day -10

    @conclusion:severity @window:baseline
    Scenario Outline: A count counts for thirty days
      Given the neutrophils on day -1 are not measured
      And the neutrophils on day <day> are 0.1
      When the criteria are applied
      Then "neutrophils very severely low" is <very low>

      Examples:
        | day | very low |
        | -29 | met      |
        | -30 | met      |
        | -31 | unknown  |

    @conclusion:severity @window:baseline
    Scenario Outline: A marrow counts for ninety days
      Given the marrow cellularity on day -1 is not measured
      And the marrow cellularity on day <day> is 10
      When the criteria are applied
      Then "hypocellular marrow" is <hypocellular>

      Examples:
        | day | hypocellular |
        | -31 | met          |
        | -90 | met          |
        | -91 | unknown      |

    @conclusion:severity @window:baseline
    Scenario Outline: Residual cells count as long as the marrow does
      Given the marrow cellularity is 40
      And the residual haematopoietic cells on day <day> are 10
      When the criteria are applied
      Then "hypocellular marrow" is <hypocellular>

      Examples:
        | day | hypocellular |
        | -90 | met          |
        | -91 | unknown      |

    @conclusion:severity @window:baseline
    Scenario Outline: On the first day of treatment only what came before the dose counts
      Given the neutrophils on day 0 at <hour> are 0.1
      When the criteria are applied
      Then the severity is <severity>

      Examples: The first dose begins at 10:00
        | hour              | severity    |
        | 09:59             | very severe |
        | 10:01             | severe      |
        | an hour not noted | very severe |

    @conclusion:severity @window:baseline
    Scenario: A result after treatment began is not looked at
      Given the neutrophils on day 1 are 0.1
      When the criteria are applied
      Then the severity is severe

    @conclusion:severity @window:baseline
    Scenario: A month alone is too vague where it reaches out of the thirty days
      Given the neutrophils on day -1 are not measured
      And the neutrophils in January 2014 are 0.1
      When the criteria are applied
      Then "neutrophils very severely low" is unknown

    @conclusion:severity @window:baseline
    Scenario: A month alone is enough where all of it lies inside
      Given the neutrophils on day -1 are not measured
      And the neutrophils in February 2014 are 0.1
      When the criteria are applied
      Then "neutrophils very severely low" is met

    @criterion:hypocellular_marrow @window:baseline
    Scenario: A biopsy goes before a newer aspirate
      Given the marrow cellularity is not measured
      And the marrow cellularity on day -40 by biopsy is 60
      And the marrow cellularity on day -2 by aspirate is 10
      When the criteria are applied
      Then "hypocellular marrow" is not met

    @criterion:hypocellular_marrow @window:baseline
    Scenario Outline: The residual cells follow the marrow that they were counted in
      Given the marrow cellularity is 40
      And the residual haematopoietic cells on day <one> by <method> are 40
      And the residual haematopoietic cells on day -2 by <other> are 10
      When the criteria are applied
      Then "hypocellular marrow" is <hypocellular>

      Examples: A biopsy first, then the newer, then the richer
        | one | method   | other    | hypocellular |
        | -40 | biopsy   | aspirate | not met      |
        | -40 | aspirate | aspirate | met          |
        | -40 | biopsy   | biopsy   | met          |
        | -2  | biopsy   | biopsy   | not met      |

    @criterion:hypocellular_marrow @window:baseline
    Scenario: Of two aspirates the newer counts
      Given the marrow cellularity is not measured
      And the marrow cellularity on day -40 by aspirate is 60
      And the marrow cellularity on day -2 by aspirate is 10
      When the criteria are applied
      Then "hypocellular marrow" is met

    @criterion:hypocellular_marrow @window:baseline
    Scenario: Of two sites on one day the richer counts
      Given the marrow cellularity is not measured
      And the marrow cellularity on day -2 by biopsy is 60
      And the marrow cellularity on day -2 by biopsy is 10
      When the criteria are applied
      Then "hypocellular marrow" is not met

    @conclusion:severity @window:baseline
    Scenario Outline: The trial office may choose another baseline
      Given the trial office sets "the baseline value" to <policy>
      And the marrow cellularity on day -21 is 10
      And the platelets on day -21 are 12
      And the reticulocytes on day -21 are 8
      And the neutrophils on day -25 are 0.3
      And the neutrophils on day -12 are 0.1
      And the neutrophils on day -1 are 0.6
      When the criteria are applied
      Then "neutrophils severely low" is <severely low>
      And "neutrophils very severely low" is <very low>

      Examples: Diagnosed on day -21
        | policy                       | severely low | very low |
        | the last before rabbit ATG   | not met      | not met  |
        | the worst before rabbit ATG  | met          | met      |
        | the one nearest to diagnosis | met          | not met  |

    @conclusion:severity @window:baseline
    Scenario Outline: The worst before rabbit ATG is of the first day at the latest, and from before the dose
      Given the trial office sets "the baseline value" to the worst before rabbit ATG
      And the neutrophils on day <day> at <hour> are 0.1
      When the criteria are applied
      Then the severity is <severity>

      Examples: The first dose begins at 10:00
        | day | hour              | severity    |
        | 0   | 09:59             | very severe |
        | 0   | 10:01             | severe      |
        | 0   | an hour not noted | very severe |
        | 1   | 09:59             | severe      |

    @conclusion:severity @window:baseline
    Scenario Outline: Where diagnosis is the baseline the count nearest to it counts, before or after it
      Given the trial office sets "the baseline value" to the one nearest to diagnosis
      And the neutrophils on day -1 are not measured
      And the neutrophils on day <farther> are 0.6
      And the neutrophils on day <nearer> are 0.1
      When the criteria are applied
      Then "neutrophils very severely low" is met

      Examples: Diagnosed on day -21
        | farther | nearer |
        | -19     | -22    |
        | -23     | -20    |

    @conclusion:severity @window:baseline
    Scenario: So does a count of the day of diagnosis that came after it
      Given the trial office sets "the baseline value" to the one nearest to diagnosis
      And aplastic anaemia was diagnosed on 10 February 2014 at 10:00
      And the neutrophils on day -22 are 0.6
      And the neutrophils on day -21 at 11:00 are 0.1
      When the criteria are applied
      Then "neutrophils very severely low" is met

    @conclusion:severity @window:baseline
    Scenario Outline: Fourteen days around diagnosis, where diagnosis is the baseline
      Given the trial office sets "the baseline value" to the one nearest to diagnosis
      And the neutrophils on day -1 are not measured
      And the neutrophils on day <day> are 0.1
      When the criteria are applied
      Then "neutrophils very severely low" is <very low>

      Examples: Diagnosed on day -21
        | day | very low |
        | -36 | unknown  |
        | -35 | met      |
        | -7  | met      |
        | -6  | unknown  |

    @conclusion:severity @window:baseline
    Scenario Outline: The trial office may take fewer days around diagnosis
      Given the trial office sets "the baseline value" to the one nearest to diagnosis
      And the trial office sets "the days around diagnosis" to 5
      And the neutrophils on day <day> are 0.1
      When the criteria are applied
      Then "neutrophils very severely low" is <very low>

      Examples: Diagnosed on day -21
        | day | very low |
        | -26 | met      |
        | -27 | unknown  |

    @conclusion:severity @window:baseline
    Scenario Outline: The trial office may look back for another while
      Given the trial office sets "<setting>" to 10
      And the neutrophils on day -1 are not measured
      And the neutrophils on day -11 are 0.1
      And the marrow cellularity on day -1 is not measured
      And the marrow cellularity on day -11 is 10
      When the criteria are applied
      Then "neutrophils very severely low" is <very low>
      And "hypocellular marrow" is <hypocellular>

      Examples:
        | setting                           | very low | hypocellular |
        | the days back for baseline counts | unknown  | met          |
        | the days back for the marrow      | met      | unknown      |

    @conclusion:severity @window:baseline @flag:values_not_current
    Scenario Outline: A child who is not yet treated is judged on the newest results, and it is said when they are old
      Given rabbit ATG is not given
      When the criteria are applied on day <asked>
      Then the severity is severe
      And it <is or is not> remarked that the newest results are too old for a baseline
      And the eligibility is undetermined
      And it <is or is not> remarked that the newest results are too old for a baseline

      Examples: The results are of day -1
        | asked | is or is not |
        | -1    | is not       |
        | 29    | is not       |
        | 30    | is           |

    @conclusion:severity @flag:values_not_current
    Scenario: The results before treatment do not grow old once the child is treated
      When the criteria are applied on day 400
      Then the severity is severe
      And it is not remarked that the newest results are too old for a baseline

    @conclusion:severity @flag:values_not_current @anchor:last_measured
    Scenario Outline: One newer result that the criteria for entry ask for is enough to be current
      Given rabbit ATG is not given
      And the <finding> on day 25 is <result>
      When the criteria are applied on day 50
      Then the severity is severe
      And it is not remarked that the newest results are too old for a baseline

      Examples: The other results are of day -1
        | finding                       | result |
        | neutrophils                   | 0.3    |
        | platelets                     | 12     |
        | reticulocytes                 | 8      |
        | marrow cellularity            | 10     |
        | residual haematopoietic cells | 10     |
        | ALT                           | 30     |
        | AST                           | 30     |
        | direct bilirubin              | 0.2    |
        | creatinine                    | 0.4    |
        | filtration rate               | 90     |
        | ECOG status                   | 1      |
        | Lansky score                  | 90     |

  @statement:S4
  Rule: Neutrophils that were not reported may follow from the white cells (our reading of S4)

    @criterion:neutrophils_severe
    Scenario Outline: From white cells and differential of the same sample
      Given the neutrophils are not measured
      And the white cells are <white cells>
      And the neutrophil percentage is <neutrophils>
      And the band percentage is <bands>
      When the criteria are applied
      Then "neutrophils severely low" is <severely low>
      And "neutrophils very severely low" is <very low>

      Examples:
        | white cells | neutrophils  | bands        | severely low | very low |
        | 2.0         | 20           | 4            | met          | not met  |
        | 2.0         | 20           | 5            | not met      | not met  |
        | 2.0         | 20.98        | 4            | met          | not met  |
        | 2.0         | 24.98        | not measured | met          | not met  |
        | 2.0         | 9            | not measured | met          | met      |
        | 2.0         | 10           | not measured | met          | not met  |
        | 2.0         | not measured | 3            | unknown      | unknown  |

    @criterion:neutrophils_severe
    Scenario Outline: Segmented and band forms add up
      Given the neutrophils are not measured
      And the white cells are 2.0
      And the segmented percentage is <segmented>
      And the band percentage is <bands>
      When the criteria are applied
      Then "neutrophils severely low" is <severely low>

      Examples:
        | segmented | bands | severely low |
        | 21        | 3.9   | met          |
        | 21        | 4     | not met      |
        | 20.98     | 4     | met          |

    @criterion:neutrophils_severe
    Scenario Outline: Of several ways to compute them the most direct counts
      Given the results before treatment are
        | neutrophils           | not measured   |
        | white cells           | <white cells>  |
        | segmented neutrophils | <segmented>    |
        | band neutrophils      | <bands>        |
        | segmented percentage  | <segmented %>  |
        | band percentage       | <bands %>      |
        | neutrophil percentage | <all %>        |
        | granulocytes          | <granulocytes> |
      When the criteria are applied
      Then "neutrophils severely low" is <severely low>
      And it <is or is not> remarked that granulocytes stand in for neutrophils
      And it is not remarked that the white cells bound the neutrophils

      Examples:
        | white cells | segmented | bands | segmented % | bands % | all % | granulocytes | severely low | is or is not |
        | 4.0         | 0.4       | 0.05  | 20          | 5       | 30    | 3.0          | met          | is not       |
        | 2.0         | -         | -     | 10          | 5       | 30    | 3.0          | met          | is not       |
        | 2.0         | -         | -     | -           | 5       | 20    | 0.3          | not met      | is not       |
        | 2.0         | -         | -     | -           | -       | 30    | 0.3          | not met      | is not       |
        | 2.0         | -         | -     | -           | -       | -     | 0.3          | met          | is           |

    @criterion:neutrophils_severe
    Scenario Outline: Computed neutrophils are a count like any other, and newer than an older one
      Given the neutrophils on day -10 are 0.4
      And the results before treatment are
        | neutrophils           | not measured  |
        | white cells           | <white cells> |
        | segmented neutrophils | <segmented>   |
        | band neutrophils      | <bands>       |
        | segmented percentage  | <segmented %> |
        | band percentage       | <bands %>     |
        | neutrophil percentage | <all %>       |
      When the criteria are applied
      Then "neutrophils severely low" is not met
      And nothing is remarked

      Examples:
        | white cells | segmented | bands | segmented % | bands % | all % |
        | -           | 0.4       | 0.2   | -           | -       | -     |
        | 2.0         | -         | -     | 25          | 5       | -     |
        | 2.0         | -         | -     | -           | 5       | 25    |
        | 2.0         | -         | -     | -           | -       | 30    |

    @criterion:neutrophils_severe
    Scenario: Segmented and band forms that were counted add up
      Given the neutrophils are not measured
      And the segmented neutrophils are 0.4
      And the band neutrophils are 0.1
      When the criteria are applied
      Then "neutrophils severely low" is not met

    @criterion:neutrophils_severe
    Scenario: A reported count goes before a computed one
      Given the neutrophils are 0.4
      And the white cells are 4.0
      And the neutrophil percentage is 30
      When the criteria are applied
      Then "neutrophils severely low" is met

    @criterion:neutrophils_severe @criterion:neutrophils_very_severe
    Scenario Outline: There are never more neutrophils than white cells
      Given the neutrophils are not measured
      And the white cells are <white cells>
      When the criteria are applied
      Then "neutrophils severely low" is <severely low>
      And "neutrophils very severely low" is <very low>
      And the severity is <severity>
      And it is remarked that the white cells bound the neutrophils

      Examples:
        | white cells | severely low | very low | severity     |
        | 0.19        | met          | met      | very severe  |
        | 0.2         | met          | unknown  | undetermined |
        | 0.49        | met          | unknown  | undetermined |
        | 0.5         | unknown      | unknown  | undetermined |
        | 3.0         | unknown      | unknown  | undetermined |

    @criterion:neutrophils_severe @conclusion:severity
    Scenario: Granulocytes stand in as a last resort, and that is said
      Given the neutrophils are not measured
      And the granulocytes are 0.4
      When the criteria are applied
      Then the severity is severe
      And it is remarked that granulocytes stand in for neutrophils

    @criterion:neutrophils_severe
    Scenario: The trial office may want reported neutrophils only
      Given the trial office sets "neutrophils from the differential" to no
      And the neutrophils are not measured
      And the white cells are 0.1
      When the criteria are applied
      Then "neutrophils severely low" is unknown

    @conclusion:severity @flag:g_csf_before_value
    Scenario Outline: Neutrophils within a week after G-CSF are used, and that is said
      Given G-CSF is given on day <given>
      When the criteria are applied
      Then the severity is severe
      And it <is or is not> remarked that G-CSF was given in the week before

      Examples: Counted to the neutrophils of day -1
        | given | is or is not |
        | -1    | is not       |
        | -2    | is           |
        | -8    | is           |
        | -9    | is not       |

    @conclusion:severity @flag:g_csf_before_value
    Scenario: The trial office may watch for G-CSF longer
      Given the trial office sets "the days after G-CSF" to 14
      And G-CSF is given on day -15
      When the criteria are applied
      Then the severity is severe
      And it is remarked that G-CSF was given in the week before

    @criterion:neutrophils_severe
    Scenario: A transfusion does not change what the neutrophils say
      Given platelets are transfused on day -1
      And red cells are transfused on day -1
      When the criteria are applied
      Then "neutrophils severely low" is met

  @statement:E1
  Rule: What the laboratory takes back does not count (Methods, Clinical evaluation and response criteria; E1)

    @conclusion:severity
    Scenario Outline: A newer result by its standing
      Given the neutrophils on day -2 are 0.4
      And the neutrophils on day -1 are <newer>
      When the criteria are applied
      Then the severity is <severity>

      Examples:
        | newer                 | severity    |
        | 0.1                   | very severe |
        | 0.1, corrected        | very severe |
        | 0.1, preliminary      | severe      |
        | 0.1, entered in error | severe      |
        | 0.1, cancelled        | severe      |

    @conclusion:severity
    Scenario: A preliminary result serves while there is nothing final, and that is said
      Given the neutrophils are 0.1, preliminary
      When the criteria are applied
      Then the severity is very severe
      And it is remarked that the value is preliminary

    @conclusion:severity
    Scenario: Two results of the same minute that contradict each other are both possible
      Given the neutrophils on day -1 are not measured
      And the neutrophils on day -1 at 09:00 are 0.1
      And the neutrophils on day -1 at 09:00 are 0.4
      When the criteria are applied
      Then the severity is undetermined
      And it may still be very severe or severe
      And it is remarked that the values contradict each other

  @statement:S7 @statement:S8
  Rule: The record says how severe it is, in words and with the values (Methods, Study population; S7, S8)

    @conclusion:severity
    Scenario Outline: The problem in the child's record
      Given the neutrophils are <neutrophils>
      When the criteria are applied
      Then the record shows the problem "<problem>"
      And its code says aplastic anaemia
      And its codes read "Aplastic anemia" and "<problem>"
      And its stage is "<problem>"
      And its stage is coded as "<problem>" of "Severity by the criteria of the trial"
      And it is coded as "Severe"
      And the problem is active
      And its text names "<quoted>"
      And its text names "marrow cellularity 10 %"
      And its text names "platelets 12 x10^9/L"
      And its text names "ARC 8 x10^9/L"
      And the problem is dated day -1
      And it is marked as concluded by a machine

      Examples:
        | neutrophils | problem                      | quoted                  |
        | 0.07        | Very severe aplastic anaemia | ANC 0.07 x10^9/L (<0.2) |
        | 0.3         | Severe aplastic anaemia      | ANC 0.3 x10^9/L (<0.5)  |

    @conclusion:severity
    Scenario: Nothing is written of a disease that is not severe
      Given the marrow cellularity is 60
      When the criteria are applied
      Then the record shows no severe aplastic anaemia

    @conclusion:severity
    Scenario: What cannot be concluded is written as such
      Given the neutrophils are not measured
      When the criteria are applied
      Then the record shows no severe aplastic anaemia
      And the record says that the severity cannot be concluded
      And its text names "neutrophils"
      And its text names "very severe aplastic anaemia"

    @conclusion:severity
    Scenario: Residual cells that decided are in the text
      Given the marrow cellularity is 40
      And the residual haematopoietic cells are 10
      When the criteria are applied
      Then the record shows the problem "Severe aplastic anaemia"
      And its text names "residual haematopoietic cells 10 %"
