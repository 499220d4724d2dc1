Feature: Who may enter the trial
  Children and adolescents with newly diagnosed severe aplastic anaemia may enter, unless their marrow failure is
  inherited or a matched sibling is about to give marrow. Where the paper names no number the rules say whose they take.
  A criterion that cannot be judged is neither met nor failed: the child stays a candidate, and what is missing is named.

  Background:
    Given a girl born on 12 May 2008
    And aplastic anaemia was diagnosed on 10 February 2014
    And consent was given on 1 March 2014
    And rabbit ATG begins on 3 March 2014
    And the results before treatment are
      | marrow cellularity           | 10                    |
      | neutrophils                  | 0.3                   |
      | platelets                    | 12                    |
      | reticulocytes                | 8                     |
      | ALT                          | 30, normal up to 40   |
      | AST                          | 35, normal up to 40   |
      | direct bilirubin             | 0.2                   |
      | creatinine                   | 0.4, normal up to 0.6 |
      | height                       | 120                   |
      | ECOG status                  | 1                     |
      | chromosome breakage test     | negative              |
      | comet assay                  | negative              |
      | cytogenetic analysis         | negative              |
      | sequencing                   | negative              |
      | matched sibling donor        | no                    |
      | immediate transplant planned | no                    |

  @statement:P2 @statement:X6
  Rule: Who meets every criterion may enter, who fails one may not (Methods, Study population; P1 to X6)

    @conclusion:eligibility
    Scenario: A child who meets every criterion
      When the criteria are applied
      Then the child is eligible
      And the criteria read
        | age within the trial's limits         | met     |
        | newly diagnosed                       | met     |
        | severe disease                        | met     |
        | adequate liver                        | met     |
        | adequate kidneys                      | met     |
        | adequate performance                  | met     |
        | excluded for inherited marrow failure | not met |
        | excluded for a matched sibling        | not met |
        | excluded for another marrow disease   | not met |
        | treated within the recruitment        | met     |
        | consent on record                     | met     |
      And nothing is remarked
      And the study's record calls the child eligible

    @conclusion:eligibility
    Scenario Outline: One criterion that fails keeps the child out
      Given <but>
      When the criteria are applied
      Then the child is not eligible
      And the study's record calls the child not eligible

      Examples:
        | but                                             |
        | the child was born on 9 February 1996           |
        | eltrombopag was given on day -20                |
        | the marrow cellularity is 60                    |
        | the ALT is 300, normal up to 40                 |
        | the creatinine is 2.6                           |
        | the ECOG status is 3                            |
        | the chromosome breakage test is positive        |
        | acute myeloid leukaemia was diagnosed on day -5 |

    @conclusion:eligibility
    Scenario Outline: What is missing leaves the question open, by name
      Given <but>
      When the criteria are applied
      Then the eligibility is undetermined
      And it may still be eligible or not eligible
      And what is missing is <missing>
      And the study's record calls the child a candidate
      And the record says that the eligibility cannot be concluded

      Examples:
        | but                                      | missing                                                      |
        | the date of birth is not recorded        | the date of birth                                            |
        | the marrow cellularity is not measured   | the marrow cellularity and the residual haematopoietic cells |
        | the ALT is not measured                  | ALT                                                          |
        | the AST is not measured                  | AST                                                          |
        | the direct bilirubin is not measured     | the direct bilirubin                                         |
        | the creatinine is not measured           | the creatinine                                               |
        | the ECOG status is not recorded          | the ECOG status and the Lansky score                         |
        | the chromosome breakage test is not done | the chromosome breakage test                                 |

    @conclusion:eligibility
    Scenario: What certainly fails outweighs whatever is missing
      Given the ECOG status is 4
      And the ALT is not measured
      And the chromosome breakage test is not done
      And the date of birth is not recorded
      When the criteria are applied
      Then the child is not eligible

  @statement:P1
  Rule: From one month to eighteen years of age (Methods, Study population; P1)

    @criterion:age_in_range
    Scenario Outline: Age on the day of diagnosis, 10 February 2014
      Given the child was born <born>
      When the criteria are applied
      Then "age within the trial's limits" is <in range>

      Examples: The youngest
        | born               | in range |
        | on 9 January 2014  | met      |
        | on 10 January 2014 | met      |
        | on 11 January 2014 | not met  |
        | in January 2014    | unknown  |
        | on 9 February 2014 | not met  |

      Examples: The oldest: the eighteenth birthday belongs to it
        | born                | in range |
        | on 11 February 1996 | met      |
        | on 10 February 1996 | met      |
        | on 9 February 1996  | not met  |
        | in February 1996    | unknown  |
        | in 1995             | not met  |

      Examples: In between
        | born           | in range |
        | on 12 May 2008 | met      |
        | in 2008        | met      |

    @criterion:age_in_range
    Scenario: Without a date of birth the age is unknown
      Given the date of birth is not recorded
      When the criteria are applied
      Then "age within the trial's limits" is unknown

    @criterion:age_in_range
    Scenario: A date of diagnosis that is known to the month may not be enough
      Given aplastic anaemia was diagnosed in February 2014
      And the child was born on 10 January 2014
      When the criteria are applied
      Then "age within the trial's limits" is unknown

    @criterion:age_in_range @anchor:diagnosis
    Scenario: A diagnosis that is recorded again does not make the child older
      Given the child was born on 10 February 1996
      And aplastic anaemia was diagnosed again on 11 February 2014
      When the criteria are applied
      Then "age within the trial's limits" is met

    @criterion:age_in_range @anchor:age_day
    Scenario Outline: Where the day of diagnosis is not recorded the first dose of rabbit ATG, on 3 March 2014, stands in
      Given no diagnosis of aplastic anaemia is recorded
      And the child was born on <born>
      When the criteria are applied
      Then "age within the trial's limits" is <in range>

      Examples:
        | born         | in range |
        | 2 March 1996 | not met  |
        | 3 March 1996 | met      |

    @criterion:age_in_range @anchor:age_day
    Scenario Outline: Of a child who is neither diagnosed nor treated the age of today counts
      Given no diagnosis of aplastic anaemia is recorded
      And rabbit ATG is not given
      And the child was born on <born>
      When the criteria are applied on 2 March 2014
      Then "age within the trial's limits" is <in range>

      Examples:
        | born         | in range |
        | 1 March 1996 | not met  |
        | 2 March 1996 | met      |

    @criterion:age_in_range @anchor:age_day
    Scenario Outline: So too where the trial office takes the age at the first dose
      Given the trial office sets "age is taken" to at the first dose of rabbit ATG
      And rabbit ATG is not given
      And the child was born on <born>
      When the criteria are applied on 2 March 2014
      Then "age within the trial's limits" is <in range>

      Examples:
        | born         | in range |
        | 1 March 1996 | not met  |
        | 2 March 1996 | met      |

    @criterion:age_in_range
    Scenario Outline: The trial office may count the eighteenth year to its end
      Given the trial office sets "the oldest age counts" to in completed years
      And the child was born on <born>
      When the criteria are applied
      Then "age within the trial's limits" is <in range>

      Examples:
        | born             | in range |
        | 9 February 1996  | met      |
        | 11 February 1995 | met      |
        | 10 February 1995 | not met  |

    @criterion:age_in_range
    Scenario Outline: The trial office may take the age on another day or set other limits
      Given the trial office sets "<setting>" to <value>
      And the child was born on <born>
      When the criteria are applied
      Then "age within the trial's limits" is <in range>

      Examples:
        | setting                    | value                           | born             | in range |
        | age is taken               | at diagnosis                    | 2 March 1996     | met      |
        | age is taken               | at the first dose of rabbit ATG | 2 March 1996     | not met  |
        | age is taken               | at the first dose of rabbit ATG | 3 March 1996     | met      |
        | the youngest age in months | 6                               | 11 August 2013   | not met  |
        | the youngest age in months | 6                               | 10 August 2013   | met      |
        | the oldest age in years    | 16                              | 9 February 1998  | not met  |
        | the oldest age in years    | 16                              | 10 February 1998 | met      |

  @statement:P2
  Rule: Newly diagnosed, which we take for not treated before (Methods, Study population; P2)

    @criterion:newly_diagnosed
    Scenario Outline: Treatment before the first dose of rabbit ATG
      Given <earlier treatment>
      When the criteria are applied
      Then "newly diagnosed" is <newly diagnosed>

      Examples: Given before
        | earlier treatment                          | newly diagnosed |
        | horse ATG was given on day -400            | not met         |
        | alemtuzumab was given on day -400          | not met         |
        | ciclosporin was given on day -400          | not met         |
        | eltrombopag was given on day -400          | not met         |
        | a stem cell transplant is done on day -400 | not met         |
        | ciclosporin was given on day -7            | not met         |

      Examples: Given with it, or something else
        | earlier treatment                         | newly diagnosed |
        | ciclosporin was given on day -6           | met             |
        | ciclosporin was given on day 0            | met             |
        | ciclosporin was given on day 1            | met             |
        | a stem cell transplant is done on day 100 | met             |
        | G-CSF was given on day -10                | met             |
        | platelets are transfused on day -10       | met             |

      Examples: Perhaps given before
        | earlier treatment                            | newly diagnosed |
        | horse ATG was given in March 2014            | unknown         |
        | alemtuzumab was given in March 2014          | unknown         |
        | ciclosporin was given in February 2014       | unknown         |
        | eltrombopag was given in March 2014          | unknown         |
        | a stem cell transplant is done in March 2014 | unknown         |
        | ATG of unknown species was given on day -400 | unknown         |

    @criterion:newly_diagnosed
    Scenario Outline: The trial office decides which earlier treatments count
      Given the trial office sets "the earlier treatments that count" to <list>
      And <earlier treatment>
      When the criteria are applied
      Then "newly diagnosed" is <newly diagnosed>

      Examples:
        | list               | earlier treatment                          | newly diagnosed |
        | ATG and transplant | ciclosporin was given on day -400          | met             |
        | ATG and transplant | eltrombopag was given on day -400          | met             |
        | ATG and transplant | alemtuzumab was given on day -400          | met             |
        | ATG and transplant | horse ATG was given on day -400            | not met         |
        | ATG and transplant | a stem cell transplant is done on day -400 | not met         |
        | ciclosporin        | horse ATG was given on day -400            | met             |
        | ciclosporin        | a stem cell transplant is done on day -400 | met             |
        | ciclosporin        | ciclosporin was given on day -400          | not met         |

  @statement:P2 @statement:S7
  Rule: The disease is severe or very severe (Methods, Study population; P2, S7)

    @criterion:severe_aplastic_anaemia
    Scenario Outline: Severity as in the feature on it
      Given the platelets are <platelets>
      And the reticulocytes are 30
      And the neutrophils are <neutrophils>
      When the criteria are applied
      Then "severe disease" is <severe>
      And the eligibility is <eligibility>

      Examples:
        | neutrophils | platelets    | severe  | eligibility  |
        | 0.1         | 12           | met     | eligible     |
        | 0.3         | 12           | met     | eligible     |
        | 0.6         | 12           | not met | not eligible |
        | 0.3         | not measured | unknown | undetermined |

    @conclusion:eligibility @criterion:newly_diagnosed @anchor:entry
    Scenario Outline: A child who is not yet treated is judged as of today
      Given rabbit ATG is not given
      And horse ATG is given on day <given>
      When the criteria are applied on day 5
      Then the eligibility is <eligibility>

      Examples:
        | given | eligibility  |
        | 5     | eligible     |
        | 4     | not eligible |

    @conclusion:eligibility @flag:values_not_current
    Scenario: The results before treatment do not grow old once the child is treated
      When the criteria are applied on day 400
      Then the child is eligible
      And it is not remarked that the newest results are too old for a baseline

    @criterion:newly_diagnosed
    Scenario Outline: The day before the first dose is still before it
      Given <treatment>
      When the criteria are applied
      Then "newly diagnosed" is <newly>

      Examples:
        | treatment                                | newly   |
        | horse ATG was given on day -1            | not met |
        | horse ATG was given on day 0             | met     |
        | alemtuzumab was given on day -1          | not met |
        | alemtuzumab was given on day 0           | met     |
        | eltrombopag was given on day -1          | not met |
        | eltrombopag was given on day 0           | met     |
        | a stem cell transplant is done on day -1 | not met |
        | a stem cell transplant is done on day 0  | met     |
        | ciclosporin was given on day 5           | met     |

  @statement:P3
  Rule: Recruited from October 2013 to October 2014 (Methods, Study population; P3)

    @criterion:recruited_in_time
    Scenario Outline: The first dose against the months of recruitment
      Given rabbit ATG is not given
      And rabbit ATG was given <first dose>
      When the criteria are applied
      Then "treated within the recruitment" is <in time>

      Examples:
        | first dose           | in time |
        | on 30 September 2013 | not met |
        | on 1 October 2013    | met     |
        | on 31 October 2014   | met     |
        | on 1 November 2014   | not met |
        | in October 2014      | met     |
        | in November 2014     | not met |
        | in 2014              | unknown |
        | in 2013              | unknown |

    @criterion:recruited_in_time @conclusion:eligibility
    Scenario Outline: The months bound this trial, not its criteria, unless the trial office says so
      Given the trial office sets "<setting>" to <value>
      And the trial office sets "the recruitment dates decide" to <they decide>
      When the criteria are applied
      Then "treated within the recruitment" is not met
      And the eligibility is <eligibility>

      Examples:
        | setting                      | value      | they decide | eligibility  |
        | the first day of recruitment | 2014-03-04 | no          | eligible     |
        | the first day of recruitment | 2014-03-04 | yes         | not eligible |
        | the last day of recruitment  | 2014-03-02 | no          | eligible     |
        | the last day of recruitment  | 2014-03-02 | yes         | not eligible |

    @criterion:recruited_in_time @conclusion:eligibility
    Scenario: Where the months decide, a child who was treated within them may enter
      Given the trial office sets "the recruitment dates decide" to yes
      When the criteria are applied
      Then the child is eligible

    @criterion:recruited_in_time @conclusion:eligibility
    Scenario: A child who was treated before the trial began may enter all the same
      Given the trial office sets "the first day of recruitment" to 2014-03-04
      When the criteria are applied
      Then "treated within the recruitment" is not met
      And the child is eligible

  @statement:X4
  Rule: Adequate liver function; the numbers are those of NCT01891994 (Methods, Study population; X4)

    @criterion:liver_adequate
    Scenario Outline: ALT and AST up to five times the upper limit of normal
      Given the <enzyme> is <result>
      When the criteria are applied
      Then "adequate liver" is <adequate>

      Examples:
        | enzyme | result                | adequate |
        | ALT    | 199, normal up to 40  | met      |
        | ALT    | 200, normal up to 40  | met      |
        | ALT    | 201, normal up to 40  | not met  |
        | ALT    | 150, normal up to 30  | met      |
        | ALT    | 151, normal up to 30  | not met  |
        | ALT    | <200, normal up to 40 | met      |
        | ALT    | >150, normal up to 40 | unknown  |
        | ALT    | not measured          | unknown  |
        | AST    | 199, normal up to 40  | met      |
        | AST    | 200, normal up to 40  | met      |
        | AST    | 201, normal up to 40  | not met  |
        | AST    | not measured          | unknown  |

    @criterion:liver_adequate @flag:assumed_upper_limit
    Scenario Outline: Where the laboratory gives no upper limit 40 U/L is assumed, and that is said
      Given the <enzyme> is <result>
      When the criteria are applied
      Then "adequate liver" is <adequate>
      And it is remarked that the upper limit of normal was assumed

      Examples:
        | enzyme | result      | adequate |
        | ALT    | 200         | met      |
        | ALT    | 201         | not met  |
        | AST    | 200         | met      |
        | AST    | 201         | not met  |
        | ALT    | 3.33 ukat/L | met      |
        | ALT    | 3.34 ukat/L | not met  |

    @criterion:liver_adequate
    Scenario Outline: Direct bilirubin up to 2 mg/dL
      Given the direct bilirubin is <result>
      When the criteria are applied
      Then "adequate liver" is <adequate>

      Examples:
        | result       | adequate |
        | 1.9          | met      |
        | 2.0          | met      |
        | 2.01         | not met  |
        | 34 umol/L    | met      |
        | 35 umol/L    | not met  |
        | not measured | unknown  |

    @criterion:liver_adequate
    Scenario Outline: The direct bilirubin is never more than the total
      Given the direct bilirubin is not measured
      And the total bilirubin is <total>
      When the criteria are applied
      Then "adequate liver" is <adequate>
      And it is remarked that the total bounds the direct bilirubin

      Examples:
        | total | adequate |
        | 2.0   | met      |
        | 2.1   | unknown  |

    @criterion:liver_adequate
    Scenario Outline: Other limits of the liver, if the trial office asks for them
      Given the trial office sets "<setting>" to <value>
      And the ALT is <ALT>
      And the direct bilirubin is 1.1
      When the criteria are applied
      Then "adequate liver" is <adequate>

      Examples:
        | setting                                | value | ALT                  | adequate |
        | the highest multiple of ALT and AST    | 3     | 120, normal up to 40 | met      |
        | the highest multiple of ALT and AST    | 3     | 121, normal up to 40 | not met  |
        | the assumed upper limit of ALT and AST | 30    | 150                  | met      |
        | the assumed upper limit of ALT and AST | 30    | 151                  | not met  |
        | the highest direct bilirubin           | 1.1   | 30, normal up to 40  | met      |
        | the highest direct bilirubin           | 1.0   | 30, normal up to 40  | not met  |

  @statement:X5
  Rule: Adequate kidney function, by the best measure on record (Methods, Study population; X5)

    @criterion:kidneys_adequate @criterion:filtration_counts @criterion:filtration_reported
    Scenario Outline: A filtration rate of 60 or more
      Given the filtration rate is <rate>
      When the criteria are applied
      Then "adequate kidneys" is <adequate>

      Examples:
        | rate | adequate |
        | 59.9 | not met  |
        | 60   | met      |
        | 60.1 | met      |
        | >90  | met      |
        | <60  | not met  |
        | >45  | unknown  |

    @criterion:kidneys_adequate @criterion:filtration_counts @criterion:filtration_computed
    Scenario Outline: Not reported, it is computed after Schwartz: 0.413 x height / creatinine
      Given the creatinine is <creatinine>
      And the height is 120
      When the criteria are applied
      Then "adequate kidneys" is <adequate>

      Examples: 0.413 x 120 / 0.826 = 60
        | creatinine  | adequate |
        | 0.825       | met      |
        | 0.826       | met      |
        | 0.8261      | not met  |
        | 0.827       | not met  |
        | 73.0 umol/L | met      |
        | 73.2 umol/L | not met  |

    @criterion:kidneys_adequate @criterion:filtration_computed @measure:height
    Scenario Outline: A height counts for a year; without one the creatinine alone is judged
      Given the height is not measured
      And the height on day <day> is 120
      And the creatinine is 2
      When the criteria are applied
      Then "adequate kidneys" is <adequate>

      Examples:
        | day  | adequate |
        | -365 | not met  |
        | -366 | met      |

    @criterion:kidneys_adequate @criterion:filtration_counts
    Scenario: A reported rate goes before a computed one
      Given the creatinine is 0.4
      And the height is 120
      And the filtration rate is 50
      When the criteria are applied
      Then "adequate kidneys" is not met

    @criterion:kidneys_adequate @criterion:creatinine_multiple_counts
    Scenario Outline: Without a height, creatinine up to one and a half times its upper limit
      Given the height is not measured
      And the creatinine is <creatinine>
      When the criteria are applied
      Then "adequate kidneys" is <adequate>

      Examples:
        | creatinine              | adequate |
        | 0.89, normal up to 0.6  | met      |
        | 0.90, normal up to 0.6  | met      |
        | 0.901, normal up to 0.6 | not met  |

    @criterion:kidneys_adequate @criterion:creatinine_multiple_counts
    Scenario Outline: Without an upper limit either, creatinine up to 2.5 mg/dL
      Given the height is not measured
      And the creatinine is <creatinine>
      When the criteria are applied
      Then "adequate kidneys" is <adequate>

      Examples:
        | creatinine   | adequate |
        | 2.4          | met      |
        | 2.5          | met      |
        | 2.51         | not met  |
        | not measured | unknown  |

    @criterion:kidneys_adequate @criterion:filtration_counts @criterion:creatinine_multiple_counts
    Scenario Outline: The trial office decides which measures count
      Given the trial office sets "the measures of the kidneys" to <measures>
      And the height is <height>
      And the creatinine is <creatinine>
      When the criteria are applied
      Then "adequate kidneys" is <adequate>

      Examples: The filtration rate only
        | measures            | height       | creatinine            | adequate |
        | the filtration rate | 120          | 0.826                 | met      |
        | the filtration rate | 120          | 0.827                 | not met  |
        | the filtration rate | not measured | 0.4, normal up to 0.6 | unknown  |

      Examples: Creatinine against its upper limit only
        | measures                           | height | creatinine             | adequate |
        | creatinine against its upper limit | 120    | 0.9, normal up to 0.6  | met      |
        | creatinine against its upper limit | 120    | 0.91, normal up to 0.6 | not met  |
        | creatinine against its upper limit | 120    | 0.4                    | unknown  |
        | creatinine against its upper limit | 120    | not measured           | unknown  |

      Examples: Creatinine alone
        | measures         | height | creatinine            | adequate |
        | creatinine alone | 120    | 2.5, normal up to 0.6 | met      |
        | creatinine alone | 120    | 2.6, normal up to 0.6 | not met  |
        | creatinine alone | 120    | not measured          | unknown  |

      Examples: Where none counts none is adequate
        | measures | height | creatinine            | adequate |
        | nothing  | 120    | 0.4, normal up to 0.6 | not met  |

    @criterion:kidneys_adequate @criterion:filtration_computed @criterion:creatinine_multiple_counts
    Scenario Outline: Of two measures that count the second decides where the first cannot be told
      Given the trial office sets "the measures of the kidneys" to <first> and <second>
      And the height is not measured
      And the creatinine is <creatinine>
      When the criteria are applied
      Then "adequate kidneys" is <adequate>

      Examples:
        | first                              | second                             | creatinine             | adequate |
        | the filtration rate                | creatinine against its upper limit | 0.9, normal up to 0.6  | met      |
        | the filtration rate                | creatinine against its upper limit | 0.91, normal up to 0.6 | not met  |
        | the filtration rate                | creatinine against its upper limit | 0.4                    | unknown  |
        | the filtration rate                | creatinine alone                   | 2.5, normal up to 0.6  | met      |
        | the filtration rate                | creatinine alone                   | 2.6, normal up to 0.6  | not met  |
        | creatinine against its upper limit | creatinine alone                   | 2.5                    | met      |
        | creatinine against its upper limit | creatinine alone                   | 2.6                    | not met  |

    @criterion:kidneys_adequate @criterion:filtration_reported
    Scenario Outline: A reported filtration rate that the trial office does not count is not looked at
      Given the trial office sets "the measures of the kidneys" to <measure>
      And the filtration rate is <rate>
      And the creatinine is <creatinine>
      When the criteria are applied
      Then "adequate kidneys" is <adequate>

      Examples:
        | measure                            | rate | creatinine             | adequate |
        | creatinine alone                   | 90   | 2.6                    | not met  |
        | creatinine alone                   | 50   | 2.5                    | met      |
        | creatinine against its upper limit | 90   | 0.91, normal up to 0.6 | not met  |
        | creatinine against its upper limit | 50   | 0.9, normal up to 0.6  | met      |

    @criterion:kidneys_adequate
    Scenario Outline: Other limits of the kidneys, if the trial office asks for them
      Given the trial office sets "<setting>" to <value>
      And the height is <height>
      And the creatinine is <creatinine>
      When the criteria are applied
      Then "adequate kidneys" is <adequate>

      Examples:
        | setting                            | value | height       | creatinine             | adequate |
        | the lowest filtration rate         | 90    | 120          | 0.826                  | not met  |
        | the lowest filtration rate         | 30    | 120          | 0.827                  | met      |
        | the highest multiple of creatinine | 1     | not measured | 0.61, normal up to 0.6 | not met  |
        | the highest creatinine             | 1     | not measured | 1.1                    | not met  |

  @statement:X6
  Rule: An ECOG status of two or better (Methods, Study population; X6)

    @criterion:performance_adequate
    Scenario Outline: The ECOG status against its limit
      Given the ECOG status is <status>
      When the criteria are applied
      Then "adequate performance" is <adequate>

      Examples: As a number, or as an answer
        | status       | adequate |
        | 0            | met      |
        | 1            | met      |
        | 2            | met      |
        | 3            | not met  |
        | 4            | not met  |
        | grade 2      | met      |
        | grade 3      | not met  |
        | not recorded | unknown  |

    @criterion:performance_adequate
    Scenario Outline: In a small child a Lansky score of 50 or more stands in
      Given the ECOG status is <ECOG>
      And the Lansky score is <Lansky>
      When the criteria are applied
      Then "adequate performance" is <adequate>

      Examples:
        | ECOG         | Lansky       | adequate |
        | not recorded | 60           | met      |
        | not recorded | 50           | met      |
        | not recorded | 40           | not met  |
        | not recorded | not recorded | unknown  |
        | 3            | 90           | not met  |
        | 1            | 30           | met      |

    @criterion:performance_adequate
    Scenario Outline: The trial office may want another limit, or no Lansky score
      Given the trial office sets "<setting>" to <value>
      And the ECOG status is <ECOG>
      And the Lansky score is <Lansky>
      When the criteria are applied
      Then "adequate performance" is <adequate>

      Examples:
        | setting                  | value | ECOG         | Lansky | adequate |
        | the worst ECOG status    | 1     | 2            | 90     | not met  |
        | the lowest Lansky score  | 60    | not recorded | 50     | not met  |
        | a Lansky score stands in | no    | not recorded | 90     | unknown  |
        | a Lansky score stands in | no    | 2            | 40     | met      |

    @criterion:performance_adequate
    Scenario Outline: A status counts for thirty days
      Given the ECOG status is not recorded
      And the ECOG status on day <day> is 1
      When the criteria are applied
      Then "adequate performance" is <adequate>

      Examples:
        | day | adequate |
        | -30 | met      |
        | -31 | unknown  |

  @statement:X1 @statement:X2
  Rule: Inherited marrow failure is excluded, and has to be shown to be absent (Methods, Study population; X1, X2)

    @criterion:inherited_marrow_failure @criterion:breakage_not_negative
    Scenario Outline: The chromosome breakage test must have been done
      Given the chromosome breakage test is <result>
      When the criteria are applied
      Then "excluded for inherited marrow failure" is <excluded>
      And the eligibility is <eligibility>
      And it is not remarked that no chromosome breakage test is on record

      Examples:
        | result   | excluded | eligibility  |
        | negative | not met  | eligible     |
        | positive | met      | not eligible |
        | not done | unknown  | undetermined |

    @criterion:inherited_marrow_failure @criterion:breakage_not_negative @window:ever_before
    Scenario Outline: On the first day of treatment it counts from before the dose, at 10:00
      Given the chromosome breakage test is not done
      And the chromosome breakage test on day 0 at <hour> is negative
      When the criteria are applied
      Then "excluded for inherited marrow failure" is <excluded>

      Examples:
        | hour  | excluded |
        | 09:59 | not met  |
        | 10:01 | unknown  |

    @criterion:inherited_marrow_failure @criterion:breakage_not_negative @window:ever_before
    Scenario Outline: However long ago it was done, but before treatment
      Given the chromosome breakage test is not done
      And the chromosome breakage test on day <day> is negative
      When the criteria are applied
      Then "excluded for inherited marrow failure" is <excluded>

      Examples:
        | day   | excluded |
        | -1500 | not met  |
        | 0     | not met  |
        | 1     | unknown  |

    @criterion:inherited_marrow_failure @flag:comet_not_done @flag:cytogenetics_not_done @flag:ngs_not_done
    Scenario Outline: Another test that is positive excludes; one that was not done is remarked
      Given the <test> is <result>
      When the criteria are applied
      Then "excluded for inherited marrow failure" is <excluded>
      And it <is or is not> remarked that no <test> is on record

      Examples:
        | test                 | result   | excluded | is or is not |
        | comet assay          | negative | not met  | is not       |
        | comet assay          | positive | met      | is not       |
        | comet assay          | not done | not met  | is           |
        | sequencing           | negative | not met  | is not       |
        | sequencing           | positive | met      | is not       |
        | sequencing           | not done | not met  | is           |
        | cytogenetic analysis | negative | not met  | is not       |
        | cytogenetic analysis | positive | not met  | is not       |
        | cytogenetic analysis | not done | not met  | is           |

    @criterion:inherited_marrow_failure
    Scenario: A positive result excludes even if it came later
      Given the sequencing is not done
      And the sequencing on day 60 is positive
      When the criteria are applied
      Then "excluded for inherited marrow failure" is met

    @criterion:inherited_marrow_failure
    Scenario Outline: A diagnosis of inherited marrow failure excludes
      Given <diagnosis>
      When the criteria are applied
      Then "excluded for inherited marrow failure" is <excluded>

      Examples:
        | diagnosis                                                             | excluded |
        | Fanconi anaemia was diagnosed on day -400                             | met      |
        | Diamond-Blackfan anaemia was diagnosed on day -400                    | met      |
        | dyskeratosis congenita was diagnosed on day -400                      | met      |
        | Estren-Dameshek anaemia was diagnosed on day -400                     | met      |
        | congenital amegakaryocytic thrombocytopenia was diagnosed on day -400 | met      |
        | Shwachman-Diamond syndrome was diagnosed on day -400                  | met      |
        | Fanconi anaemia is on record without a date                           | met      |
        | Fanconi anaemia is suspected on day -10                               | unknown  |
        | Fanconi anaemia is ruled out on day -10                               | not met  |
        | iron deficiency anaemia was diagnosed on day -400                     | not met  |

    @criterion:inherited_marrow_failure @criterion:breakage_not_negative @criterion:comet_not_negative @criterion:cytogenetics_not_negative @criterion:ngs_not_negative
    Scenario Outline: The trial office decides which tests must be negative
      Given the trial office sets "the tests that must be negative" to <tests>
      And the <test> is <result>
      When the criteria are applied
      Then "excluded for inherited marrow failure" is <excluded>

      Examples: Nothing must be
        | tests   | test                     | result   | excluded |
        | nothing | chromosome breakage test | not done | not met  |
        | nothing | chromosome breakage test | positive | met      |

      Examples: The comet assay
        | tests                                   | test        | result   | excluded |
        | chromosome breakage and the comet assay | comet assay | negative | not met  |
        | chromosome breakage and the comet assay | comet assay | positive | met      |
        | chromosome breakage and the comet assay | comet assay | not done | unknown  |

      Examples: Cytogenetics
        | tests                                | test                 | result   | excluded |
        | chromosome breakage and cytogenetics | cytogenetic analysis | negative | not met  |
        | chromosome breakage and cytogenetics | cytogenetic analysis | positive | met      |
        | chromosome breakage and cytogenetics | cytogenetic analysis | not done | unknown  |

      Examples: Sequencing
        | tests                              | test       | result   | excluded |
        | chromosome breakage and sequencing | sequencing | negative | not met  |
        | chromosome breakage and sequencing | sequencing | positive | met      |
        | chromosome breakage and sequencing | sequencing | not done | unknown  |

    @conclusion:eligibility @flag:breakage_not_done @flag:comet_not_done @flag:cytogenetics_not_done @flag:ngs_not_done
    Scenario Outline: The trial office decides whose absence is remarked
      Given the trial office sets "the tests whose absence is remarked" to chromosome breakage
      And the chromosome breakage test is <breakage>
      And the comet assay is not done
      And the cytogenetic analysis is not done
      And the sequencing is not done
      When the criteria are applied
      Then the eligibility is <eligibility>
      And it <is or is not> remarked that no chromosome breakage test is on record
      And it is not remarked that no comet assay is on record
      And it is not remarked that no cytogenetic analysis is on record
      And it is not remarked that no sequencing is on record

      Examples:
        | breakage | eligibility  | is or is not |
        | not done | undetermined | is           |
        | negative | eligible     | is not       |

  @statement:X3
  Rule: A matched sibling who gives marrow now is excluded (Methods, Study population; X3)

    @criterion:matched_sibling_donor
    Scenario Outline: A sibling and the plan, both are needed
      Given the matched sibling donor is <sibling>
      And the immediate transplant planned is <planned>
      When the criteria are applied
      Then "excluded for a matched sibling" is <excluded>
      And the eligibility is <eligibility>

      Examples:
        | sibling   | planned   | excluded | eligibility  |
        | yes       | yes       | met      | not eligible |
        | yes       | no        | not met  | eligible     |
        | yes       | not known | unknown  | undetermined |
        | no        | yes       | not met  | eligible     |
        | no        | no        | not met  | eligible     |
        | no        | not known | not met  | eligible     |
        | not known | yes       | unknown  | undetermined |
        | not known | no        | not met  | eligible     |
        | not known | not known | unknown  | undetermined |

    @criterion:matched_sibling_donor @window:ever_before
    Scenario Outline: What was said last of the sibling counts
      Given the immediate transplant planned is yes
      And the matched sibling donor is <last>
      And the matched sibling donor on day -60 is <before>
      When the criteria are applied
      Then "excluded for a matched sibling" is <excluded>

      Examples:
        | before | last | excluded |
        | yes    | no   | not met  |
        | no     | yes  | met      |

    @criterion:matched_sibling_donor
    Scenario Outline: The trial office may exclude every child with a matched sibling
      Given the trial office sets "a sibling excludes" to in any case
      And the matched sibling donor is <sibling>
      When the criteria are applied
      Then "excluded for a matched sibling" is <excluded>

      Examples:
        | sibling   | excluded |
        | yes       | met      |
        | no        | not met  |
        | not known | unknown  |

  @statement:X1
  Rule: Myelodysplasia or leukaemia at entry is another disease (our reading of X1)

    @criterion:other_marrow_disease
    Scenario Outline: A diagnosis up to the first dose of rabbit ATG
      Given <diagnosis>
      When the criteria are applied
      Then "excluded for another marrow disease" is <excluded>
      And the eligibility is <eligibility>

      Examples:
        | diagnosis                                                     | excluded | eligibility  |
        | myelodysplastic syndrome was diagnosed on day -10             | met      | not eligible |
        | acute myeloid leukaemia was diagnosed on day 0                | met      | not eligible |
        | myelodysplastic syndrome was diagnosed on day 1               | not met  | eligible     |
        | acute myeloid leukaemia was diagnosed on day 400              | not met  | eligible     |
        | myelodysplastic syndrome is suspected on day -10              | unknown  | undetermined |
        | myelodysplastic syndrome was diagnosed in 2014                | unknown  | undetermined |
        | myelodysplastic syndrome is ruled out on day -10              | not met  | eligible     |
        | paroxysmal nocturnal haemoglobinuria was diagnosed on day -10 | not met  | eligible     |

    @criterion:other_marrow_disease @conclusion:eligibility
    Scenario: The trial office may let it pass; it is shown all the same
      Given the trial office sets "another marrow disease excludes" to no
      And myelodysplastic syndrome was diagnosed on day -10
      When the criteria are applied
      Then the child is eligible
      And "excluded for another marrow disease" is met

  @statement:G5
  Rule: Consent is shown, and decides if the trial office wants it (Methods, Study population; G5)

    @criterion:consent_recorded @conclusion:eligibility
    Scenario Outline: Consent on record
      Given the trial office sets "consent must be on record" to <must>
      And <consent>
      When the criteria are applied
      Then "consent on record" is <on record>
      And the eligibility is <eligibility>

      Examples:
        | must | consent                           | on record | eligibility  |
        | no   | consent was given on 1 March 2014 | met       | eligible     |
        | no   | no consent is recorded            | not met   | eligible     |
        | yes  | consent was given on 1 March 2014 | met       | eligible     |
        | yes  | no consent is recorded            | not met   | not eligible |

    @criterion:consent_recorded
    Scenario: Consent that was refused is no consent
      Given no consent is recorded
      And consent was refused on 1 March 2014
      When the criteria are applied
      Then "consent on record" is not met

  @statement:R1
  Rule: ATG of a species that its code does not tell is said (our reading of R1)

    @conclusion:eligibility @flag:atg_species_unknown
    Scenario: It leaves open whether the child is newly diagnosed, and that is why
      Given ATG of unknown species was given on day -60
      When the criteria are applied
      Then the eligibility is undetermined
      And it is remarked that the species of an ATG is not known
      And the study's record calls the child a candidate
