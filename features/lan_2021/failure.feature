Feature: When the treatment has failed
  Failure-free survival runs from the first dose of rabbit ATG to the first of three events: treatment failure, relapse
  or death. Treatment failure is second-line treatment after no response, as it was for all six children of the trial.

  Background:
    Given a girl born on 12 May 2008
    And aplastic anaemia was diagnosed on 10 February 2014
    And rabbit ATG begins on 3 March 2014
    And every transfusion is on record
    And the results before treatment are
      | marrow cellularity | neutrophils | platelets | reticulocytes |
      | 10                 | 0.3         | 12        | 5             |

  @statement:F8
  Rule: Treatment failure is second-line treatment after no response (Results, Long-term outcomes; F8)

    @criterion:failed_treatment @conclusion:failure
    Scenario Outline: What is second-line treatment
      Given <treatment>
      When the criteria are applied on day 400
      Then the first failure is <failure>
      And "treatment failure came first" is <met>

      Examples: Transplant and other courses
        | treatment                                  | failure           | met |
        | a stem cell transplant is done on day 230  | treatment failure | met |
        | horse ATG is given on day 120              | treatment failure | met |
        | rabbit ATG is given on day 120             | treatment failure | met |
        | ATG of unknown species is given on day 120 | treatment failure | met |
        | alemtuzumab is given on day 120            | treatment failure | met |
        | cyclophosphamide is given on day 120       | treatment failure | met |
        | eltrombopag is given on day 120            | treatment failure | met |
        | eltrombopag is given on day 28             | treatment failure | met |

      Examples: Not another course
        | treatment                                  | failure | met     |
        | eltrombopag is given on day 27             | none    | not met |
        | ciclosporin is given on day 120            | none    | not met |
        | G-CSF is given on day 120                  | none    | not met |
        | a stem cell transplant is done on day -400 | none    | not met |

      Examples: Rabbit ATG is a second course from day 28 on
        | treatment                     | failure           | met     |
        | rabbit ATG is given on day 27 | none              | not met |
        | rabbit ATG is given on day 28 | treatment failure | met     |

    @criterion:failed_treatment @conclusion:failure @anchor:transplant @anchor:other_second_line
    Scenario Outline: Second-line treatment is second-line from day 0 on
      Given <treatment>
      When the criteria are applied on day 400
      Then the first failure is <failure>

      Examples:
        | treatment                                | failure           |
        | a stem cell transplant is done on day 0  | treatment failure |
        | a stem cell transplant is done on day -1 | none              |
        | alemtuzumab is given on day 0            | treatment failure |
        | alemtuzumab is given on day -1           | none              |

    @criterion:failed_treatment @conclusion:failure @anchor:transplant @anchor:second_atg @anchor:other_second_line @anchor:first_eltrombopag
    Scenario Outline: What was before day 0 hides nothing, and what comes again later moves no day
      Given <treatment> on day -30
      And <treatment> on day 120
      And <again> on day 200
      When the criteria are applied on day 400
      Then the first failure is treatment failure
      And it is dated day 120

      Examples:
        | treatment                      | again                          |
        | a stem cell transplant is done | a stem cell transplant is done |
        | horse ATG is given             | rabbit ATG is given            |
        | alemtuzumab is given           | cyclophosphamide is given      |

    @criterion:failed_treatment @conclusion:failure @anchor:first_eltrombopag @anchor:late_eltrombopag
    Scenario: Eltrombopag that was begun with the first course may go on
      Given eltrombopag is given on day 10
      And eltrombopag is given on day 100
      When the criteria are applied on day 400
      Then the first failure is none

    @criterion:failed_treatment @conclusion:failure
    Scenario Outline: The trial office may say from which day on it is a second course
      Given the trial office sets "the day from which ATG is a second course" to 60
      And rabbit ATG is given on day <given>
      When the criteria are applied on day 400
      Then the first failure is <failure>

      Examples:
        | given | failure           |
        | 59    | none              |
        | 60    | treatment failure |

    @criterion:failed_treatment @conclusion:failure
    Scenario: It is dated on the day of the transplant
      Given a stem cell transplant is done on day 230
      When the criteria are applied on day 400
      Then the first failure is treatment failure
      And it is dated day 230

    @conclusion:failure
    Scenario Outline: What has not happened yet is not known yet
      Given a stem cell transplant is done on day 230
      When the criteria are applied on day <asked>
      Then the first failure is <failure>

      Examples:
        | asked | failure           |
        | 229   | none              |
        | 230   | treatment failure |

    @conclusion:failure
    Scenario: No response at day 90 is no failure by itself
      Given the counts on day 90 are
        | neutrophils | platelets | haemoglobin | reticulocytes |
        | 0.2         | 10        | 70          | 8             |
      And platelets are transfused on day 88
      When the criteria are applied on day 120
      Then the response at day 90 is no response
      And the first failure is none

    @conclusion:failure @flag:treatment_failure_not_counted
    Scenario Outline: After a response second-line treatment is not treatment failure, and that is said
      Given the counts on day 90 are
        | neutrophils   | platelets | haemoglobin | reticulocytes |
        | <neutrophils> | 150       | 125         | 60            |
      And a stem cell transplant is done on day 300
      When the criteria are applied on day 400
      Then the response at day 90 is <response>
      And the first failure is <failure>
      And it <is or is not> remarked that second-line treatment after a response was not counted

      Examples:
        | neutrophils | response                                | failure           | is or is not |
        | 2.0         | complete response                       | none              | is           |
        | 0.8         | partial response                        | none              | is           |
        | 0.4         | transfusion-free below partial response | treatment failure | is not       |

    @conclusion:failure @measure:days_to_response
    Scenario Outline: A response at any of the three visits is one
      Given the counts on <visit> are
        | neutrophils   | platelets | haemoglobin | reticulocytes |
        | <neutrophils> | 150       | 125         | 60            |
      And a stem cell transplant is done on day 300
      When the criteria are applied on day 400
      Then the response at <visit> is <response>
      And the first failure is none

      Examples:
        | visit   | neutrophils | response          |
        | day 40  | 2.0         | complete response |
        | day 40  | 0.8         | partial response  |
        | day 180 | 2.0         | complete response |
        | day 180 | 0.8         | partial response  |

    @conclusion:failure @flag:earlier_grade_unknown
    Scenario: A visit that could not be graded may have been a response, and that is said
      Given the neutrophils on day 90 are 0.8
      And a stem cell transplant is done on day 230
      When the criteria are applied on day 400
      Then the response at day 90 is undetermined
      And the first failure is treatment failure
      And it is remarked that an earlier response is not known

    @conclusion:failure
    Scenario: A transplant that is dated to the month is a failure without a day
      Given a stem cell transplant is done in November 2014
      When the criteria are applied on day 400
      Then the first failure is treatment failure
      And it has no date

    @criterion:failed_treatment @conclusion:failure
    Scenario: A transplant that is dated to the year may have come before the treatment
      Given a stem cell transplant is done in 2014
      When the criteria are applied on day 400
      Then "treatment failure came first" is unknown
      And the first failure is undetermined
      And it may still be treatment failure or none

    @criterion:failed_treatment @conclusion:failure
    Scenario Outline: The trial office may take no response at half a year for failure
      Given the trial office sets "treatment failure" to no response at half a year
      And the counts on day 180 are
        | neutrophils   | platelets | haemoglobin | reticulocytes |
        | <neutrophils> | 40        | 90          | 60            |
      And red cells are transfused on day <transfused>
      When the criteria are applied on day 400
      Then the response at day 180 is <response>
      And the first failure is <failure>
      And it is dated <dated>

      Examples:
        | neutrophils | transfused | response                                | failure           | dated   |
        | 0.8         | 170        | no response                             | treatment failure | day 180 |
        | 0.8         | 20         | partial response                        | none              | day 180 |
        | 0.3         | 20         | transfusion-free below partial response | none              | day 180 |

    @conclusion:failure @anchor:atg_start
    Scenario: Without rabbit ATG there is nothing that could fail
      Given rabbit ATG is not given
      And a stem cell transplant is done on day 230
      When the criteria are applied on day 400
      Then the first failure is not applicable

  @statement:F1
  Rule: Relapse is severe counts again together with the need of transfusions, after a response (our reading of F1)

    Background:
      Given the counts are
        | day | neutrophils | platelets | haemoglobin | reticulocytes |
        | 90  | 0.9         | 60        | 95          | 60            |
        | 160 | 1.0         | 70        | 100         | 60            |

    @criterion:relapsed @criterion:relapse_first @criterion:severe_counts @conclusion:failure
    Scenario Outline: Severe counts on day 250 and a transfusion
      Given the counts on day 250 are
        | neutrophils   | platelets   | reticulocytes   |
        | <neutrophils> | <platelets> | <reticulocytes> |
      And platelets are transfused on day 245
      When the criteria are applied on day 400
      Then the first failure is <failure>
      And "relapse came first" is <met>

      Examples: The limits are those of severe disease
        | neutrophils | platelets | reticulocytes | failure | met |
        | 0.4         | 19        | 30            | relapse | met |
        | 0.4         | 20        | 19            | relapse | met |
        | 0.5         | 19        | 19            | relapse | met |

    @criterion:relapsed @criterion:severe_counts @criterion:transfused_recently @conclusion:failure
    Scenario Outline: One without the other is no relapse
      Given the counts on day 240 are
        | neutrophils | platelets | reticulocytes |
        | 1.0         | 70        | 60            |
      And the counts on day 250 are
        | neutrophils   | platelets   | reticulocytes   |
        | <neutrophils> | <platelets> | <reticulocytes> |
      And platelets are transfused on day <transfused>
      When the criteria are applied on day 400
      Then the first failure is <failure>
      And "relapse came first" is <met>

      Examples: A transfusion counts for 28 days, and so does a count
        | neutrophils | platelets | reticulocytes | transfused | failure | met     |
        | 0.4         | 12        | 10            | 245        | relapse | met     |
        | 0.4         | 12        | 10            | 20         | none    | not met |
        | 0.5         | 20        | 20            | 245        | none    | not met |
        | 0.4         | 20        | 20            | 245        | none    | not met |
        | 0.5         | 19        | 20            | 245        | none    | not met |
        | 0.5         | 20        | 19            | 245        | none    | not met |
        | 0.8         | 40        | 50            | 245        | none    | not met |

    @criterion:relapsed @criterion:transfused_recently @conclusion:failure
    Scenario Outline: How old the transfusion may be
      Given the counts on day 220 are
        | neutrophils | platelets | reticulocytes |
        | 1.0         | 70        | 60            |
      And <product> are transfused on day <transfused>
      And the counts on day 250 are
        | neutrophils | platelets | reticulocytes |
        | 0.4         | 12        | 10            |
      When the criteria are applied on day 400
      Then the first failure is <failure>

      Examples: The counts are of day 250
        | product   | transfused | failure |
        | platelets | 250        | relapse |
        | platelets | 222        | relapse |
        | platelets | 221        | none    |
        | red cells | 222        | relapse |
        | red cells | 221        | none    |

    @criterion:relapsed @conclusion:failure
    Scenario Outline: It is dated on the first day on which both hold
      Given the counts on day 250 are
        | neutrophils | platelets | reticulocytes |
        | 0.4         | 12        | 10            |
      And the counts on day 240 are
        | neutrophils | platelets | reticulocytes |
        | 0.9         | 60        | 60            |
      And platelets are transfused on day <transfused>
      When the criteria are applied on day 400
      Then the first failure is relapse
      And it is dated day <dated>

      Examples: The counts are of day 250
        | transfused | dated |
        | 245        | 250   |
        | 250        | 250   |
        | 251        | 251   |
        | 256        | 256   |

    @criterion:relapsed @conclusion:failure @window:visit_day
    Scenario Outline: Each new count and each transfusion is a day on which it may begin
      Given the counts on day 244 are
        | neutrophils   | platelets   | reticulocytes |
        | <neutrophils> | <platelets> | 60            |
      And <before>
      And <then>
      When the criteria are applied on day 400
      Then the first failure is relapse
      And it is dated day 250

      Examples:
        | neutrophils | platelets | before                                   | then                                |
        | 1.0         | 12        | platelets are transfused on day 244      | the neutrophils on day 250 are 0.4  |
        | 0.4         | 70        | platelets are transfused on day 244      | the platelets on day 250 are 12     |
        | 0.4         | 70        | platelets are transfused on day 244      | the reticulocytes on day 250 are 10 |
        | 0.4         | 12        | the child comes to the clinic on day 244 | red cells are transfused on day 250 |
        | 0.4         | 12        | the child comes to the clinic on day 244 | platelets are transfused on day 250 |

    @criterion:transfused_recently @conclusion:failure @measure:recent_transfusions
    Scenario: A transfusion whose product is not named is a transfusion
      Given the counts on day 250 are
        | neutrophils | platelets | reticulocytes |
        | 0.4         | 12        | 10            |
      And a blood product without a name is transfused on day 250
      When the criteria are applied on day 400
      Then the first failure is relapse
      And it is dated day 250

    @criterion:relapsed @conclusion:failure @measure:days_to_relapse
    Scenario Outline: After second-line treatment severe counts are no relapse any more
      Given the trial office sets "relapse" to <relapse>
      And a stem cell transplant is done on day 200
      And the counts on day 250 are
        | neutrophils | platelets | reticulocytes |
        | 0.4         | 12        | 10            |
      And platelets are transfused on day 250
      When the criteria are applied on day 400
      Then the first failure is none

      Examples:
        | relapse                         |
        | severe counts and a transfusion |
        | severe counts or a transfusion  |

    @criterion:relapsed @criterion:relapse_first @conclusion:failure
    Scenario: Where transfusions may be missing from the record severe counts alone leave it open
      Given transfusions may be missing from the record
      And the transfusion status on day 90 is independent
      And the counts on day 250 are
        | neutrophils | platelets | reticulocytes |
        | 0.4         | 12        | 10            |
      When the criteria are applied on day 400
      Then the first failure is undetermined
      And "relapse came first" is unknown
      And it may still be relapse or none

    @criterion:relapsed @criterion:severe_counts @criterion:relapse_first @conclusion:failure
    Scenario Outline: A count that is missing leaves it open, unless the others settle it
      Given the counts on day 220 are
        | neutrophils | platelets | reticulocytes |
        | 1.0         | 70        | 60            |
      And the counts on day 250 are
        | neutrophils   | platelets   | reticulocytes   |
        | <neutrophils> | <platelets> | <reticulocytes> |
      And platelets are transfused on day 250
      When the criteria are applied on day 400
      Then "relapse came first" is <met>

      Examples: The counts of day 220 are too old
        | neutrophils  | platelets    | reticulocytes | met     |
        | 0.4          | 12           | not measured  | met     |
        | 0.4          | 40           | not measured  | unknown |
        | 0.8          | 40           | not measured  | not met |
        | 0.4          | not measured | 50            | unknown |
        | not measured | 12           | 50            | unknown |
        | not measured | 40           | 50            | not met |

    @criterion:relapsed @conclusion:failure
    Scenario: A transfusion without counts leaves it open
      Given platelets are transfused on day 250
      When the criteria are applied on day 400
      Then the first failure is undetermined
      And it may still be relapse or none

    @criterion:relapsed @conclusion:failure
    Scenario: Who never responded cannot relapse
      Given the counts on day 90 are
        | neutrophils | platelets | haemoglobin | reticulocytes |
        | 0.3         | 12        | 70          | 10            |
      And the counts on day 160 are
        | neutrophils | platelets | haemoglobin | reticulocytes |
        | 0.3         | 12        | 70          | 10            |
      And the counts on day 250 are
        | neutrophils | platelets | reticulocytes |
        | 0.3         | 12        | 10            |
      And platelets are transfused on day 85
      And platelets are transfused on day 155
      And platelets are transfused on day 245
      When the criteria are applied on day 400
      Then the first failure is none

    @criterion:relapse_first @conclusion:failure @anchor:recorded_relapse
    Scenario: A relapse that the clinic recorded counts as it is
      Given relapse was diagnosed on day 260
      When the criteria are applied on day 400
      Then the first failure is relapse
      And it is dated day 260

    @criterion:relapse_first @conclusion:failure @anchor:recorded_relapse
    Scenario Outline: The first relapse after day 0 that is recorded
      Given relapse was diagnosed on day <one>
      And relapse was diagnosed again on day <other>
      When the criteria are applied on day 400
      Then the first failure is relapse
      And it is dated day <dated>

      Examples:
        | one | other | dated |
        | 260 | 300   | 260   |
        | -1  | 260   | 260   |
        | 0   | 260   | 0     |

    @criterion:relapsed @conclusion:failure
    Scenario Outline: The trial office may look back for another while
      Given the trial office sets "the days that a relapse looks back" to 10
      And the counts on day 235 are
        | neutrophils | platelets | reticulocytes |
        | 1.0         | 70        | 60            |
      And platelets are transfused on day <transfused>
      And the counts on day 250 are
        | neutrophils | platelets | reticulocytes |
        | 0.4         | 12        | 10            |
      When the criteria are applied on day 400
      Then the first failure is <failure>

      Examples:
        | transfused | failure |
        | 240        | relapse |
        | 239        | none    |

    @criterion:relapsed @conclusion:failure
    Scenario Outline: The trial office may call either of them a relapse
      Given the trial office sets "relapse" to severe counts or a transfusion
      And the counts on day 240 are
        | neutrophils | platelets | reticulocytes |
        | 1.0         | 70        | 60            |
      And the counts on day 250 are
        | neutrophils   | platelets | reticulocytes |
        | <neutrophils> | 12        | 60            |
      And red cells are transfused on day <transfused>
      When the criteria are applied on day 400
      Then the first failure is <failure>

      Examples:
        | neutrophils | transfused | failure |
        | 0.4         | 20         | relapse |
        | 0.8         | 245        | relapse |
        | 0.8         | 20         | none    |

    @conclusion:failure
    Scenario: The trial office may call another course of treatment a relapse
      Given the trial office sets "relapse" to another course of treatment
      And horse ATG is given on day 300
      When the criteria are applied on day 400
      Then the first failure is relapse
      And it is dated day 300

  @statement:F1
  Rule: Death is a failure on its day (Methods, Clinical evaluation and response criteria; F1)

    @criterion:death_first @conclusion:failure
    Scenario: A death
      Given the child died on day 152
      When the criteria are applied on day 400
      Then the first failure is death
      And "death came first" is met
      And it is dated day 152

    @criterion:death_first @conclusion:failure
    Scenario: A death whose day is not recorded
      Given the child died on a day that is not recorded
      When the criteria are applied on day 400
      Then the first failure is death
      And it has no date

    @criterion:death_first @conclusion:failure
    Scenario: No event by the last contact
      Given the study saw the child last on day 390
      When the criteria are applied on day 400
      Then the first failure is none
      And it is dated day 390
      And the criteria read
        | treatment failure came first | not met |
        | relapse came first           | not met |
        | death came first             | not met |

  @statement:F1
  Rule: The first event counts; on the same day treatment failure goes before relapse, and relapse before death (Methods, Clinical evaluation and response criteria; F1)

    @criterion:failed_treatment @criterion:death_first @criterion:relapse_first @conclusion:failure
    Scenario Outline: Two events
      Given <one>
      And <other>
      When the criteria are applied on day 400
      Then the first failure is <failure>
      And it is dated <dated>

      Examples: On different days
        | one                                       | other                            | failure           | dated   |
        | a stem cell transplant is done on day 230 | the child died on day 240        | treatment failure | day 230 |
        | a stem cell transplant is done on day 230 | relapse was diagnosed on day 240 | treatment failure | day 230 |
        | a stem cell transplant is done on day 230 | relapse was diagnosed on day 220 | relapse           | day 220 |
        | relapse was diagnosed on day 230          | the child died on day 240        | relapse           | day 230 |
        | a stem cell transplant is done on day 230 | horse ATG is given on day 150    | treatment failure | day 150 |

      Examples: On the same day
        | one                                       | other                            | failure           | dated   |
        | a stem cell transplant is done on day 230 | the child died on day 230        | treatment failure | day 230 |
        | a stem cell transplant is done on day 230 | relapse was diagnosed on day 230 | treatment failure | day 230 |
        | relapse was diagnosed on day 230          | the child died on day 230        | relapse           | day 230 |

    @criterion:failed_treatment @criterion:relapse_first @conclusion:failure @measure:first_failure
    Scenario: No response at half a year goes before a relapse of that day
      Given the trial office sets "treatment failure" to no response at half a year
      And the counts are
        | day | neutrophils | platelets | haemoglobin | reticulocytes |
        | 90  | 0.9         | 60        | 95          | 60            |
        | 180 | 0.3         | 12        | 70          | 10            |
      And platelets are transfused on day 180
      When the criteria are applied on day 400
      Then the response at day 90 is partial response
      And the response at day 180 is no response
      And the first failure is treatment failure
      And it is dated day 180

    @criterion:failed_treatment @criterion:death_first @criterion:relapse_first @conclusion:failure @measure:first_failure
    Scenario Outline: It is the same where clonal evolution counts
      Given the trial office sets "clonal evolution is a failure" to yes
      And the counts are
        | day | neutrophils | platelets | haemoglobin | reticulocytes |
        | 90  | 0.9         | 60        | 95          | 60            |
        | 200 | 0.9         | 60        | 95          | 60            |
        | 225 | 0.4         | 12        | 70          | 10            |
      And <transfused>
      And <one>
      And <other>
      When the criteria are applied on day 400
      Then the first failure is <failure>
      And it is dated day <dated>

      Examples:
        | transfused                          | one                                               | other                                    | failure           | dated |
        | platelets are transfused on day 1   | a stem cell transplant is done on day 85          | the child died on day 85                 | treatment failure | 85    |
        | platelets are transfused on day 1   | a stem cell transplant is done on day 300         | the child comes to the clinic on day 400 | none              | 400   |
        | platelets are transfused on day 1   | relapse was diagnosed on day 230                  | the child died on day 230                | relapse           | 230   |
        | platelets are transfused on day 225 | the child comes to the clinic on day 400          | the child died on day 225                | relapse           | 225   |
        | platelets are transfused on day 225 | myelodysplastic syndrome was diagnosed on day 225 | the child died on day 230                | treatment failure | 225   |

    @criterion:relapse_first @conclusion:failure @measure:first_failure
    Scenario Outline: A relapse that is recorded on the day of the counts rests on the counts
      Given the trial office sets "clonal evolution is a failure" to <clonal>
      And the counts are
        | day | neutrophils | platelets | haemoglobin | reticulocytes |
        | 90  | 0.9         | 60        | 95          | 60            |
        | 225 | 0.4         | 12        | 70          | 10            |
      And platelets are transfused on day 225
      And relapse was diagnosed on day 225
      When the criteria are applied on day 400
      Then the first failure is relapse
      And it rests on the neutrophils of day 225

      Examples:
        | clonal |
        | no     |
        | yes    |

    @criterion:failed_treatment @conclusion:failure @measure:first_failure
    Scenario: A transplant goes before clonal evolution of the same day
      Given the trial office sets "clonal evolution is a failure" to yes
      And a stem cell transplant is done on day 230
      And myelodysplastic syndrome was diagnosed on day 230
      When the criteria are applied on day 400
      Then the first failure is treatment failure
      And it rests on the transplant of day 230

    @criterion:failed_treatment @criterion:death_first @criterion:relapse_first @conclusion:failure
    Scenario Outline: Which came first cannot be told
      Given <one>
      And <other>
      When the criteria are applied on day 400
      Then the first failure is undetermined
      And it may still be <open>
      And "<clause>" is unknown

      Examples:
        | one                                             | other                                        | open                       | clause                       |
        | a stem cell transplant is done in November 2014 | the child died on 20 November 2014           | treatment failure or death | treatment failure came first |
        | a stem cell transplant is done on day 230       | the child died on a day that is not recorded | treatment failure or death | death came first             |
        | relapse was diagnosed in November 2014          | the child died on 20 November 2014           | relapse or death           | relapse came first           |

  @statement:F1 @statement:L11
  Rule: Clonal evolution is no failure, unless the trial office says so (Methods, Clinical evaluation and response criteria; F1, L11)

    @conclusion:failure
    Scenario: Myelodysplasia by itself is none
      Given myelodysplastic syndrome was diagnosed on day 300
      When the criteria are applied on day 400
      Then the first failure is none

    @criterion:failed_treatment @conclusion:failure
    Scenario Outline: Clonal evolution on day 300
      Given the trial office sets "clonal evolution is a failure" to <failure counts>
      And <diagnosis> was diagnosed on day 300
      When the criteria are applied on day 400
      Then the first failure is <failure>

      Examples:
        | failure counts | diagnosis                            | failure           |
        | no             | myelodysplastic syndrome             | none              |
        | no             | acute myeloid leukaemia              | none              |
        | no             | paroxysmal nocturnal haemoglobinuria | none              |
        | yes            | myelodysplastic syndrome             | treatment failure |
        | yes            | acute myeloid leukaemia              | treatment failure |
        | yes            | paroxysmal nocturnal haemoglobinuria | treatment failure |

  @statement:F1 @statement:F8
  Rule: The record says what failed and since when (F1, F8)

    @conclusion:failure
    Scenario: Treatment failure in the child's record
      Given a stem cell transplant is done on day 230
      When the criteria are applied on day 400
      Then the record shows the problem "Failure of immunosuppressive treatment"
      And its codes read "Failure of immunosuppressive treatment"
      And the problem is dated day 230
      And the problem is active
      And it is marked as concluded by a machine
      And the record does not show the problem "Relapse of aplastic anaemia"

    @conclusion:failure @conclusion:severity
    Scenario: Relapse in the child's record, where the disease is then called relapsed
      Given relapse was diagnosed on day 260
      When the criteria are applied on day 400
      Then the record shows the problem "Relapse of aplastic anaemia"
      And its codes read "Relapse of aplastic anaemia"
      And the problem is dated day 260
      And the record shows the problem "Severe aplastic anaemia"
      And the problem is relapsed

    @conclusion:failure
    Scenario Outline: Nothing is written of what is no failure of treatment
      Given <event>
      When the criteria are applied on day 400
      Then the record does not show the problem "Failure of immunosuppressive treatment"
      And the record does not show the problem "Relapse of aplastic anaemia"

      Examples:
        | event                                    |
        | the child died on day 152                |
        | the child comes to the clinic on day 300 |

    @conclusion:failure
    Scenario: What cannot be told is written as such
      Given a stem cell transplant is done in November 2014
      And the child died on 20 November 2014
      When the criteria are applied on day 400
      Then the record says that the first failure cannot be concluded
      And its text names "treatment failure"
      And its text names "death"
