Feature: How the blood responds
  About 40, 90 and 180 days after the first dose of rabbit ATG the counts of one visit are graded: complete response,
  partial response or no response. A child who needs no transfusions and yet does not reach a partial response fits none
  of the paper's grades and is given one of its own. Every limit is strict: a count that lies on it has not passed it.

  Background:
    Given a girl born on 12 May 2008
    And rabbit ATG begins on 3 March 2014
    And every transfusion is on record
    And the reticulocytes are 5
    And the counts on day 90 are
      | neutrophils | platelets | haemoglobin | reticulocytes |
      | 0.8         | 40        | 90          | 50            |

  @statement:H1
  Rule: A complete response has more than 1.5 neutrophils (Methods, Clinical evaluation and response criteria; H1)

    @criterion:cr_neutrophils @criterion:complete_counts @conclusion:response
    Scenario Outline: The neutrophils against the limit of a complete response
      Given the counts on day 90 are
        | neutrophils   | platelets | haemoglobin | reticulocytes |
        | <neutrophils> | 150       | 125         | 60            |
      When the criteria are applied on day 104
      Then the response at day 90 is <response>
      And "neutrophils of a complete response" is <met>

      Examples:
        | neutrophils  | met     | response          |
        | 1.49         | not met | partial response  |
        | 1.5          | not met | partial response  |
        | 1.50         | not met | partial response  |
        | 1.51         | met     | complete response |
        | >1.5         | met     | complete response |
        | >1.4         | unknown | undetermined      |
        | 1500 /uL     | not met | partial response  |
        | 1501 /uL     | met     | complete response |
        | not measured | unknown | undetermined      |

    @criterion:cr_neutrophils @conclusion:response
    Scenario: Another limit of the neutrophils, if the trial office asks for it
      Given the trial office sets "neutrophils of a complete response" to 1
      And the counts on day 90 are
        | neutrophils | platelets | haemoglobin |
        | 1.1         | 150       | 125         |
      When the criteria are applied on day 104
      Then the response at day 90 is complete response

  @statement:H2
  Rule: A complete response has more than 100 platelets (Methods, Clinical evaluation and response criteria; H2)

    @criterion:cr_platelets @criterion:complete_counts @conclusion:response
    Scenario Outline: The platelets against the limit of a complete response
      Given the counts on day 90 are
        | neutrophils | platelets   | haemoglobin | reticulocytes |
        | 2.0         | <platelets> | 125         | 60            |
      When the criteria are applied on day 104
      Then the response at day 90 is <response>
      And "platelets of a complete response" is <met>

      Examples:
        | platelets    | met     | response          |
        | 99           | not met | partial response  |
        | 100          | not met | partial response  |
        | 100.1        | met     | complete response |
        | 101          | met     | complete response |
        | 80-120       | unknown | undetermined      |
        | not measured | unknown | undetermined      |

    @criterion:cr_platelets @conclusion:response
    Scenario: Another limit of the platelets, if the trial office asks for it
      Given the trial office sets "platelets of a complete response" to 150
      And the counts on day 90 are
        | neutrophils | platelets | haemoglobin |
        | 2.0         | 150       | 125         |
      When the criteria are applied on day 104
      Then the response at day 90 is partial response

  @statement:H3
  Rule: A complete response has a haemoglobin that is normal for age (Methods, Clinical evaluation and response criteria; H3)

    The paper names no table. Ours is that of the WHO of 2024 from six months on and Dallman's before, in g/L; the limit
    itself is normal. Day 90 is 1 June 2014, day 40 is 12 April 2014.

    @criterion:cr_haemoglobin @conclusion:response
    Scenario Outline: The haemoglobin of a six-year-old, whose limit is 115
      Given the counts on day 90 are
        | neutrophils | platelets | haemoglobin   | reticulocytes |
        | 2.0         | 150       | <haemoglobin> | 60            |
      When the criteria are applied on day 104
      Then the response at day 90 is <response>
      And "haemoglobin normal for age" is <normal>

      Examples:
        | haemoglobin  | normal  | response          |
        | 114          | not met | partial response  |
        | 115          | met     | complete response |
        | 116          | met     | complete response |
        | 190          | met     | complete response |
        | 11.4 g/dL    | not met | partial response  |
        | 11.49 g/dL   | not met | partial response  |
        | 11.5 g/dL    | met     | complete response |
        | 7.13 mmol/L  | not met | partial response  |
        | 7.14 mmol/L  | met     | complete response |
        | >110         | unknown | undetermined      |
        | not measured | unknown | undetermined      |

    @criterion:cr_haemoglobin @table:who2024_plus_dallman
    Scenario Outline: The lowest normal haemoglobin by age, on day 90
      Given the child is a <who>
      And the child was born on <born>
      And the haemoglobin on day 90 is <haemoglobin>
      When the criteria are applied on day 104
      Then at day 90 "haemoglobin normal for age" is <normal>

      Examples: Infants
        | who  | born             | age       | haemoglobin | normal  |
        | girl | 20 February 2014 | 3 months  | 94          | not met |
        | girl | 20 February 2014 | 3 months  | 95          | met     |
        | boy  | 20 December 2013 | 5 months  | 95          | met     |
        | boy  | 20 November 2013 | 6 months  | 104         | not met |
        | boy  | 20 November 2013 | 6 months  | 105         | met     |
        | girl | 20 June 2012     | 23 months | 105         | met     |

      Examples: Children
        | who  | born         | age      | haemoglobin | normal  |
        | girl | 20 May 2012  | 2 years  | 109         | not met |
        | girl | 20 May 2012  | 2 years  | 110         | met     |
        | boy  | 20 June 2009 | 4 years  | 110         | met     |
        | boy  | 20 May 2009  | 5 years  | 114         | not met |
        | boy  | 20 May 2009  | 5 years  | 115         | met     |
        | girl | 20 June 2002 | 11 years | 115         | met     |

      Examples: Adolescents
        | who  | born         | age      | haemoglobin | normal  |
        | girl | 20 May 2002  | 12 years | 119         | not met |
        | girl | 20 May 2002  | 12 years | 120         | met     |
        | boy  | 20 June 1999 | 14 years | 120         | met     |
        | girl | 20 May 1999  | 15 years | 119         | not met |
        | girl | 20 May 1999  | 15 years | 120         | met     |
        | boy  | 20 May 1999  | 15 years | 129         | not met |
        | boy  | 20 May 1999  | 15 years | 130         | met     |

    @criterion:cr_haemoglobin @table:who2024_plus_dallman
    Scenario Outline: The youngest, on day 40
      Given the child was born on <born>
      And the haemoglobin on day 40 is <haemoglobin>
      When the criteria are applied on day 47
      Then at day 40 "haemoglobin normal for age" is <normal>

      Examples:
        | born            | age      | haemoglobin | normal  |
        | 1 February 2014 | 2 months | 89          | not met |
        | 1 February 2014 | 2 months | 90          | met     |
        | 11 January 2014 | 3 months | 94          | not met |

    @criterion:cr_haemoglobin @table:who2024_plus_dallman
    Scenario Outline: The limit changes on the birthday
      Given the child is a boy
      And the child was born on <born>
      And the haemoglobin on day 90 is not measured
      And the haemoglobin on day <day> is <haemoglobin>
      When the criteria are applied on day 104
      Then at day 90 "haemoglobin normal for age" is <normal>

      Examples: The twelfth birthday is day 90
        | born        | day | haemoglobin | normal  |
        | 1 June 2002 | 89  | 119         | met     |
        | 1 June 2002 | 90  | 119         | not met |
        | 1 June 2002 | 91  | 119         | not met |

      Examples: The fifteenth birthday is day 90
        | born        | day | haemoglobin | normal  |
        | 1 June 1999 | 89  | 125         | met     |
        | 1 June 1999 | 90  | 125         | not met |

      Examples: The fifth birthday is day 90
        | born        | day | haemoglobin | normal  |
        | 1 June 2009 | 89  | 112         | met     |
        | 1 June 2009 | 90  | 112         | not met |

      Examples: The second birthday is day 90
        | born        | day | haemoglobin | normal  |
        | 1 June 2012 | 89  | 107         | met     |
        | 1 June 2012 | 90  | 107         | not met |

    @criterion:cr_haemoglobin @statement:B2
    Scenario Outline: From fifteen on the sex decides; where it is not known both limits must agree
      Given the sex of the child is not recorded
      And the child was born on <born>
      And the haemoglobin on day 90 is <haemoglobin>
      When the criteria are applied on day 104
      Then at day 90 "haemoglobin normal for age" is <normal>

      Examples:
        | born        | haemoglobin | normal  |
        | 20 May 1999 | 119         | not met |
        | 20 May 1999 | 120         | unknown |
        | 20 May 1999 | 129         | unknown |
        | 20 May 1999 | 130         | met     |
        | 2 June 1999 | 120         | met     |

    @criterion:cr_haemoglobin @conclusion:response
    Scenario: The missing sex is named
      Given the sex of the child is not recorded
      And the child was born on 20 May 1999
      And the counts on day 90 are
        | neutrophils | platelets | haemoglobin | reticulocytes |
        | 2.0         | 150       | 125         | 60            |
      When the criteria are applied on day 104
      Then the response at day 90 is undetermined
      And it may still be complete response or partial response
      And what is missing is the sex

    @criterion:cr_haemoglobin
    Scenario Outline: A date of birth that is known to the year only may be enough
      Given the child was born <born>
      And the haemoglobin on day 90 is <haemoglobin>
      When the criteria are applied on day 104
      Then at day 90 "haemoglobin normal for age" is <normal>

      Examples: Eleven or twelve years old
        | born         | haemoglobin | normal  |
        | in 2002      | 114         | not met |
        | in 2002      | 117         | unknown |
        | in 2002      | 120         | met     |
        | in May 2002  | 117         | not met |
        | in July 2002 | 117         | met     |

    @criterion:cr_haemoglobin
    Scenario: Without a date of birth nothing is normal for age
      Given the date of birth is not recorded
      And the haemoglobin on day 90 is 150
      When the criteria are applied on day 104
      Then at day 90 "haemoglobin normal for age" is unknown

    @criterion:cr_haemoglobin @table:who2011 @table:nathan_oski @table:jcaasg_110
    Scenario Outline: The trial office may take another table
      Given the trial office sets "the table of haemoglobin" to <table>
      And the child is a <who>
      And the child was born on <born>
      And the haemoglobin on day 90 is <haemoglobin>
      When the criteria are applied on day 104
      Then at day 90 "haemoglobin normal for age" is <normal>

      Examples: WHO 2011
        | table    | who  | born             | age      | haemoglobin | normal  |
        | WHO 2011 | girl | 20 May 2013      | 1 year   | 109         | not met |
        | WHO 2011 | girl | 20 May 2013      | 1 year   | 110         | met     |
        | WHO 2011 | boy  | 20 May 1999      | 15 years | 129         | not met |
        | WHO 2011 | girl | 20 February 2014 | 3 months | 150         | unknown |

      Examples: Nathan and Oski
        | table           | who  | born        | age      | haemoglobin | normal  |
        | Nathan and Oski | girl | 20 May 2011 | 3 years  | 114         | not met |
        | Nathan and Oski | girl | 20 May 2011 | 3 years  | 115         | met     |
        | Nathan and Oski | boy  | 20 May 2001 | 13 years | 129         | not met |
        | Nathan and Oski | boy  | 20 May 2001 | 13 years | 130         | met     |
        | Nathan and Oski | girl | 20 May 2001 | 13 years | 120         | met     |

      Examples: The same for every age
        | table       | who | born        | age      | haemoglobin | normal  |
        | 110 for all | boy | 20 May 1999 | 15 years | 109         | not met |
        | 110 for all | boy | 20 May 1999 | 15 years | 110         | met     |

      Examples: What the laboratory prints
        | table                      | who  | born        | age     | haemoglobin          | normal  |
        | the laboratory's own range | girl | 12 May 2008 | 6 years | 111, normal from 112 | not met |
        | the laboratory's own range | girl | 12 May 2008 | 6 years | 112, normal from 112 | met     |
        | the laboratory's own range | girl | 12 May 2008 | 6 years | 112                  | unknown |

    @criterion:cr_haemoglobin
    Scenario Outline: The trial office may not want the limit itself to be normal
      Given the trial office sets "haemoglobin at the limit" to not normal
      And the haemoglobin on day 90 is <haemoglobin>
      When the criteria are applied on day 104
      Then at day 90 "haemoglobin normal for age" is <normal>

      Examples:
        | haemoglobin | normal  |
        | 115         | not met |
        | 115.1       | met     |

  @statement:H4
  Rule: A complete response needs all three at once (Methods, Clinical evaluation and response criteria; H4)

    @conclusion:response @conclusion:severity
    Scenario Outline: A complete response at any of the three visits is a remission in the child's record
      Given the results before treatment are
        | marrow cellularity | neutrophils | platelets | reticulocytes |
        | 10                 | 0.3         | 12        | 5             |
      And the counts on day 90 are
        | neutrophils  | platelets    | haemoglobin  | reticulocytes |
        | not measured | not measured | not measured | not measured  |
      And the counts on day <day> are
        | neutrophils | platelets | haemoglobin | reticulocytes |
        | 2.0         | 150       | 125         | 60            |
      When the criteria are applied on day 210
      Then the record shows the problem "Severe aplastic anaemia"
      And the problem is in remission

      Examples:
        | day |
        | 40  |
        | 90  |
        | 180 |

    @criterion:complete_response @criterion:complete_counts @conclusion:response
    Scenario Outline: All three, without transfusions
      Given the counts on day 90 are
        | neutrophils   | platelets   | haemoglobin   | reticulocytes |
        | <neutrophils> | <platelets> | <haemoglobin> | 60            |
      When the criteria are applied on day 104
      Then the response at day 90 is <response>
      And "complete response" is <complete>

      Examples:
        | neutrophils  | platelets | haemoglobin  | complete | response          |
        | 2.0          | 150       | 125          | met      | complete response |
        | 1.0          | 150       | 125          | not met  | partial response  |
        | 2.0          | 80        | 125          | not met  | partial response  |
        | 2.0          | 150       | 100          | not met  | partial response  |
        | not measured | 150       | 125          | unknown  | undetermined      |
        | not measured | 80        | 125          | not met  | undetermined      |
        | 2.0          | 150       | not measured | unknown  | undetermined      |
        | 2.0          | 80        | not measured | not met  | partial response  |

    @criterion:complete_response @conclusion:response
    Scenario Outline: It does not ask for the reticulocytes
      Given the counts on day 90 are
        | neutrophils | platelets | haemoglobin | reticulocytes   |
        | 2.0         | 150       | 125         | <reticulocytes> |
      When the criteria are applied on day 104
      Then the response at day 90 is complete response

      Examples:
        | reticulocytes |
        | 3             |
        | not measured  |

  @statement:H6
  Rule: A partial response has more than 0.5 neutrophils (Methods, Clinical evaluation and response criteria; H6)

    @criterion:pr_neutrophils @conclusion:response
    Scenario Outline: The neutrophils against the limit of a partial response
      Given the neutrophils on day 90 are <neutrophils>
      When the criteria are applied on day 104
      Then the response at day 90 is <response>
      And "neutrophils of a partial response" is <met>

      Examples:
        | neutrophils  | met     | response                                |
        | 0.49         | not met | transfusion-free below partial response |
        | 0.5          | not met | transfusion-free below partial response |
        | 0.51         | met     | partial response                        |
        | 501 /uL      | met     | partial response                        |
        | 500 /uL      | not met | transfusion-free below partial response |
        | >0.5         | met     | partial response                        |
        | >0.4         | unknown | undetermined                            |
        | not measured | unknown | undetermined                            |

    @criterion:pr_neutrophils @conclusion:response
    Scenario: Another limit of the neutrophils of a partial response, if the trial office asks for it
      Given the trial office sets "neutrophils of a partial response" to 1
      When the criteria are applied on day 104
      Then the response at day 90 is transfusion-free below partial response

  @statement:H7
  Rule: A partial response has more than 20 platelets (Methods, Clinical evaluation and response criteria; H7)

    @criterion:pr_platelets @conclusion:response
    Scenario Outline: The platelets against the limit of a partial response
      Given the platelets on day 90 are <platelets>
      When the criteria are applied on day 104
      Then the response at day 90 is <response>
      And "platelets of a partial response" is <met>

      Examples:
        | platelets    | met     | response                                |
        | 19           | not met | transfusion-free below partial response |
        | 20           | not met | transfusion-free below partial response |
        | 20.1         | met     | partial response                        |
        | 21           | met     | partial response                        |
        | <20          | not met | transfusion-free below partial response |
        | <30          | unknown | undetermined                            |
        | not measured | unknown | undetermined                            |

    @criterion:pr_platelets @conclusion:response
    Scenario: Another limit of the platelets of a partial response, if the trial office asks for it
      Given the trial office sets "platelets of a partial response" to 40
      When the criteria are applied on day 104
      Then the response at day 90 is transfusion-free below partial response

  @statement:H8
  Rule: A partial response has gained more than 30 reticulocytes over the baseline (Methods, Clinical evaluation and response criteria; H8)

    @criterion:pr_reticulocytes @conclusion:response
    Scenario Outline: The gain against its limit
      Given the reticulocytes are <before>
      And the reticulocytes on day 90 are <at day 90>
      When the criteria are applied on day 104
      Then the response at day 90 is <response>
      And "reticulocytes of a partial response" is <met>

      Examples:
        | before | at day 90    | met     | response                                |
        | 5      | 34.9         | not met | transfusion-free below partial response |
        | 5      | 35           | not met | transfusion-free below partial response |
        | 5      | 35.1         | met     | partial response                        |
        | 0      | 30           | not met | transfusion-free below partial response |
        | 0      | 30.1         | met     | partial response                        |
        | 32.8   | 62.8         | not met | transfusion-free below partial response |
        | 32.8   | 62.9         | met     | partial response                        |
        | 40     | 35           | not met | transfusion-free below partial response |
        | 5      | not measured | unknown | undetermined                            |
        | <5     | 35           | met     | partial response                        |
        | <6     | 35           | unknown | undetermined                            |
        | 5      | >40          | met     | partial response                        |

    @criterion:pr_reticulocytes @conclusion:response
    Scenario Outline: Without a baseline, 30 or fewer cannot have gained more than 30, and more is unknown
      Given the reticulocytes are not measured
      And the reticulocytes on day 90 are <at day 90>
      When the criteria are applied on day 104
      Then the response at day 90 is <response>
      And "reticulocytes of a partial response" is <met>

      Examples:
        | at day 90 | met     | response                                |
        | 29        | not met | transfusion-free below partial response |
        | 30        | not met | transfusion-free below partial response |
        | 30.1      | unknown | undetermined                            |
        | 90        | unknown | undetermined                            |

    @criterion:pr_reticulocytes @conclusion:response
    Scenario: The missing baseline is named
      Given the reticulocytes are not measured
      When the criteria are applied on day 104
      Then the response at day 90 is undetermined
      And it may still be partial response or transfusion-free below partial response
      And what is missing is the reticulocytes

    @criterion:pr_reticulocytes @conclusion:response
    Scenario: The baseline is the one that no transfusion has spoiled
      Given the reticulocytes on day -20 are 30
      And red cells are transfused on day -6
      When the criteria are applied on day 104
      Then the response at day 90 is transfusion-free below partial response
      And it rests on the reticulocytes of day -20

    @criterion:pr_reticulocytes @conclusion:response
    Scenario Outline: The trial office may read the clause otherwise
      Given the trial office sets "the reading of the reticulocyte clause" to <reading>
      And the reticulocytes are <before>
      And the reticulocytes on day 90 are <at day 90>
      When the criteria are applied on day 104
      Then the response at day 90 is <response>

      Examples: More than 30, and more than before
        | reading                                | before       | at day 90 | response                                |
        | above the limit and above the baseline | 20           | 31        | partial response                        |
        | above the limit and above the baseline | 20           | 30        | transfusion-free below partial response |
        | above the limit and above the baseline | 31           | 31        | transfusion-free below partial response |
        | above the limit and above the baseline | 30.9         | 31        | partial response                        |
        | above the limit and above the baseline | not measured | 31        | undetermined                            |

      Examples: More than 30
        | reading         | before       | at day 90    | response                                |
        | above the limit | 40           | 31           | partial response                        |
        | above the limit | 5            | 30           | transfusion-free below partial response |
        | above the limit | not measured | 31           | partial response                        |
        | above the limit | 5            | not measured | undetermined                            |

    @criterion:pr_reticulocytes @conclusion:response
    Scenario: Another limit of the gain, if the trial office asks for it
      Given the trial office sets "reticulocytes of a partial response" to 45
      When the criteria are applied on day 104
      Then the response at day 90 is transfusion-free below partial response

  @statement:H5
  Rule: A partial response has been free of transfusions, we say for 28 days (Methods, Clinical evaluation and response criteria; H5)

    @criterion:transfusion_independent @criterion:no_recorded_transfusion @conclusion:response
    Scenario Outline: The last transfusion before the visit of day 90
      Given <product> are transfused on day <transfused>
      When the criteria are applied on day 104
      Then the response at day 90 is <response>
      And "transfusion-free" is <free>

      Examples:
        | product   | transfused | free    | response         |
        | red cells | 61         | met     | partial response |
        | red cells | 62         | not met | no response      |
        | red cells | 63         | not met | no response      |
        | red cells | 90         | not met | no response      |
        | red cells | 91         | met     | partial response |
        | platelets | 61         | met     | partial response |
        | platelets | 62         | not met | no response      |
        | platelets | 63         | not met | no response      |
        | platelets | 90         | not met | no response      |
        | platelets | 91         | met     | partial response |

    @criterion:transfusion_independent @criterion:no_recorded_transfusion @conclusion:response
    Scenario: A transfusion whose product is not named may or may not count
      Given a blood product without a name is transfused on day 80
      When the criteria are applied on day 104
      Then the response at day 90 is undetermined
      And it may still be partial response or no response
      And "transfusion-free" is unknown

    @criterion:no_recorded_transfusion @conclusion:response @measure:red_cell_transfusions @measure:platelet_transfusions
    Scenario Outline: It may be the one product that counts
      Given the trial office sets "the products that count" to <product>
      And a blood product without a name is transfused on day 80
      When the criteria are applied on day 104
      Then the response at day 90 is undetermined
      And "transfusion-free" is unknown

      Examples:
        | product   |
        | red cells |
        | platelets |

    @criterion:transfusion_independent @conclusion:response
    Scenario: Unless the trial office says that every transfusion is recorded, there may have been more
      Given nothing is said of whether every transfusion is on record
      When the criteria are applied on day 104
      Then the response at day 90 is undetermined
      And what is missing is the transfusion status

    @criterion:transfusion_independent @conclusion:response
    Scenario: A transfusion that is dated to the month may or may not count
      Given red cells are transfused in May 2014
      When the criteria are applied on day 104
      Then the response at day 90 is undetermined
      And "transfusion-free" is unknown

    @criterion:transfusion_independent @conclusion:response
    Scenario Outline: Where transfusions may be missing from the record their absence proves nothing
      Given transfusions may be missing from the record
      And the transfusion status on day <day> is <status>
      When the criteria are applied on day 104
      Then the response at day 90 is <response>
      And "transfusion-free" is <free>

      Examples: What the clinic itself recorded
        | day | status       | free    | response         |
        | 90  | independent  | met     | partial response |
        | 90  | dependent    | not met | no response      |
        | 90  | not recorded | unknown | undetermined     |
        | 76  | independent  | met     | partial response |
        | 75  | independent  | unknown | undetermined     |

    @criterion:transfusion_independent @conclusion:response
    Scenario: The missing status is named
      Given transfusions may be missing from the record
      When the criteria are applied on day 104
      Then the response at day 90 is undetermined
      And it may still be partial response or no response
      And what is missing is the transfusion status

    @criterion:transfusion_independent @criterion:no_recorded_transfusion @conclusion:response
    Scenario Outline: A transfusion on record counts whatever the record may lack, and whatever status was noted
      Given transfusions may be missing from the record
      And platelets are transfused on day 70
      And the transfusion status on day 90 is <status>
      When the criteria are applied on day 104
      Then the response at day 90 is no response
      And "transfusion-free" is not met

      Examples:
        | status       |
        | not recorded |
        | independent  |

    @criterion:transfusion_independent @criterion:no_recorded_transfusion @conclusion:response
    Scenario Outline: The trial office may ask for another while or for other products
      Given the trial office sets "<setting>" to <value>
      And <product> are transfused on day <transfused>
      When the criteria are applied on day 104
      Then the response at day 90 is <response>

      Examples: The eight weeks of the NIH
        | setting               | value | product   | transfused | response         |
        | transfusion-free days | 56    | red cells | 33         | partial response |
        | transfusion-free days | 56    | red cells | 34         | no response      |
        | transfusion-free days | 56    | platelets | 34         | no response      |

      Examples: One product only
        | setting                 | value     | product   | transfused | response         |
        | the products that count | red cells | platelets | 80         | partial response |
        | the products that count | red cells | red cells | 80         | no response      |
        | the products that count | platelets | red cells | 80         | partial response |
        | the products that count | platelets | platelets | 80         | no response      |

  @statement:H5 @statement:H6 @statement:H7 @statement:H8
  Rule: A partial response needs all four (Methods, Clinical evaluation and response criteria; H5 to H8)

    @criterion:partial_response @conclusion:response
    Scenario Outline: All four at once
      Given the counts on day 90 are
        | neutrophils   | platelets   | haemoglobin | reticulocytes   |
        | <neutrophils> | <platelets> | 90          | <reticulocytes> |
      And platelets are transfused on day <transfused>
      When the criteria are applied on day 104
      Then the response at day 90 is <response>
      And "partial response" is <partial>

      Examples:
        | neutrophils  | platelets | reticulocytes | transfused | partial | response                                |
        | 0.6          | 30        | 40            | 10         | met     | partial response                        |
        | 0.4          | 30        | 40            | 10         | not met | transfusion-free below partial response |
        | 0.6          | 10        | 40            | 10         | not met | transfusion-free below partial response |
        | 0.6          | 30        | 20            | 10         | not met | transfusion-free below partial response |
        | 0.6          | 30        | 40            | 80         | not met | no response                             |
        | not measured | 30        | 40            | 10         | unknown | undetermined                            |
        | not measured | 10        | 40            | 10         | not met | transfusion-free below partial response |
        | not measured | 30        | 40            | 80         | not met | no response                             |

    @conclusion:response
    Scenario: Neutrophils of 0.5 and platelets of 20 are neither severe nor a partial response
      Given the marrow cellularity is 10
      And the neutrophils are 0.5
      And the platelets are 20
      And the counts on day 90 are
        | neutrophils | platelets | reticulocytes |
        | 0.5         | 20        | 50            |
      When the criteria are applied on day 104
      Then the severity is not severe
      And the response at day 90 is transfusion-free below partial response

  @statement:H9
  Rule: Who still needs transfusions, or has died, has not responded (Methods, Clinical evaluation and response criteria; H9)

    @conclusion:response
    Scenario Outline: Dependence outweighs good counts
      Given the counts on day 90 are
        | neutrophils   | platelets   | haemoglobin   | reticulocytes |
        | <neutrophils> | <platelets> | <haemoglobin> | 60            |
      And red cells are transfused on day 80
      When the criteria are applied on day 104
      Then the response at day 90 is no response

      Examples: Counts of a complete response, of a partial response, and of neither
        | neutrophils | platelets | haemoglobin |
        | 2.0         | 150       | 125         |
        | 0.8         | 40        | 90          |
        | 0.1         | 10        | 60          |

    @criterion:complete_response @conclusion:response
    Scenario Outline: The trial office may grade a complete response by its counts alone
      Given the trial office sets "complete response needs to be transfusion-free" to no
      And the counts on day 90 are
        | neutrophils   | platelets | haemoglobin |
        | <neutrophils> | 150       | 125         |
      And red cells are transfused on day 80
      When the criteria are applied on day 104
      Then the response at day 90 is <response>
      And "complete response" is <complete>

      Examples:
        | neutrophils | complete | response          |
        | 2.0         | met      | complete response |
        | 1.0         | not met  | no response       |

    @criterion:complete_response @conclusion:response
    Scenario: Counts of a complete response without a word on transfusions
      Given transfusions may be missing from the record
      And the counts on day 90 are
        | neutrophils | platelets | haemoglobin | reticulocytes |
        | 2.0         | 150       | 125         | 60            |
      When the criteria are applied on day 104
      Then the response at day 90 is undetermined
      And "complete response" is unknown
      And it may still be complete response or no response

    @criterion:died_before @conclusion:response
    Scenario Outline: A death up to the visit
      Given the child died on day <died>
      When the criteria are applied on day 104
      Then the response at day 90 is <response>
      And "died before the visit" is <before>

      Examples: The counts are of day 90
        | died | before  | response         |
        | 89   | met     | no response      |
        | 90   | met     | no response      |
        | 91   | not met | partial response |

    @criterion:died_before @conclusion:response
    Scenario Outline: A death without counts belongs to the visit until its window closes
      Given the counts on day 90 are
        | neutrophils | platelets | haemoglobin | reticulocytes |
        | -           | -         | -           | -             |
      And the child died on day <died>
      When the criteria are applied on day 200
      Then the response at day 90 is <response>

      Examples:
        | died | response     |
        | 20   | no response  |
        | 104  | no response  |
        | 105  | undetermined |

    @criterion:died_before @conclusion:response
    Scenario: A death without a date may have come first
      Given the child died on a day that is not recorded
      When the criteria are applied on day 104
      Then the response at day 90 is undetermined
      And "died before the visit" is unknown
      And it may still be no response or partial response

  @statement:H9 @statement:F8
  Rule: Second-line treatment before the visit means that the first has failed (Methods, Clinical evaluation and response criteria; Results, Long-term outcomes; H9, F8)

    @criterion:second_line_before @conclusion:response
    Scenario Outline: Transplant or another course before the visit of day 90
      Given <second line>
      When the criteria are applied on day 104
      Then the response at day 90 is <response>
      And "second-line treatment before the visit" is <before>

      Examples:
        | second line                              | before  | response         |
        | a stem cell transplant is done on day 60 | met     | no response      |
        | a stem cell transplant is done on day 90 | met     | no response      |
        | a stem cell transplant is done on day 91 | not met | partial response |
        | horse ATG is given on day 60             | met     | no response      |
        | rabbit ATG is given on day 28            | met     | no response      |
        | rabbit ATG is given on day 27            | not met | partial response |
        | alemtuzumab is given on day 60           | met     | no response      |
        | cyclophosphamide is given on day 60      | met     | no response      |
        | eltrombopag is given on day 60           | met     | no response      |
        | eltrombopag is given on day 1            | not met | partial response |
        | a stem cell transplant is done in 2014   | unknown | undetermined     |

    @criterion:second_line_before @conclusion:response
    Scenario: The trial office may grade on
      Given the trial office sets "second-line treatment ends the assessment" to no
      And a stem cell transplant is done on day 60
      When the criteria are applied on day 104
      Then the response at day 90 is partial response
      And "second-line treatment before the visit" is not met

  @statement:H5 @statement:H9
  Rule: Free of transfusions, below a partial response: a grade of its own (H5 and H9 leave it open)

    @conclusion:response
    Scenario: The child that the paper's grades leave out
      Given the reticulocytes on day 90 are 33
      When the criteria are applied on day 104
      Then the response at day 90 is transfusion-free below partial response

    @conclusion:response
    Scenario: The trial office may call it no response
      Given the trial office sets "transfusion-free below partial response is" to no response
      And the reticulocytes on day 90 are 33
      When the criteria are applied on day 104
      Then the response at day 90 is no response

    @conclusion:response
    Scenario: Then a child who would be no response either way is no response
      Given the trial office sets "transfusion-free below partial response is" to no response
      And transfusions may be missing from the record
      And the reticulocytes on day 90 are 20
      When the criteria are applied on day 104
      Then the response at day 90 is no response

  @statement:H4 @statement:H5 @statement:H9
  Rule: The first grade that holds counts, in this order (our order of H4, H5, H9)

    @conclusion:response
    Scenario Outline: Death, second line, dependence, complete, partial, neither
      Given the counts on day 90 are
        | neutrophils   | platelets   | haemoglobin   | reticulocytes |
        | <neutrophils> | <platelets> | <haemoglobin> | 60            |
      And <what else>
      When the criteria are applied on day 104
      Then the response at day 90 is <response>

      Examples:
        | neutrophils | platelets | haemoglobin | what else                                | response                                |
        | 2.0         | 150       | 125         | the child died on day 88                 | no response                             |
        | 2.0         | 150       | 125         | a stem cell transplant is done on day 50 | no response                             |
        | 2.0         | 150       | 125         | platelets are transfused on day 80       | no response                             |
        | 2.0         | 150       | 125         | platelets are transfused on day 20       | complete response                       |
        | 0.8         | 150       | 125         | platelets are transfused on day 20       | partial response                        |
        | 0.3         | 150       | 125         | platelets are transfused on day 20       | transfusion-free below partial response |

  @statement:E2 @statement:E3
  Rule: Visits at day 40, day 90 and day 180, where three months are day 90 (Methods, Clinical evaluation and response criteria; Fig. 1; E2, E3)

    @conclusion:response @window:day_40 @window:day_90 @window:day_180
    Scenario Outline: Which days belong to which visit
      Given the counts on day 90 are
        | neutrophils | platelets | haemoglobin | reticulocytes |
        | -           | -         | -           | -             |
      And the neutrophils on day <counted> are 0.8
      When the criteria are applied on day 400
      Then at day 40 "neutrophils of a partial response" is <day 40>
      And at day 90 "neutrophils of a partial response" is <day 90>
      And at day 180 "neutrophils of a partial response" is <day 180>

      Examples:
        | counted | day 40  | day 90  | day 180 |
        | 32      | unknown | unknown | unknown |
        | 33      | met     | unknown | unknown |
        | 40      | met     | unknown | unknown |
        | 47      | met     | unknown | unknown |
        | 48      | unknown | unknown | unknown |
        | 75      | unknown | unknown | unknown |
        | 76      | unknown | met     | unknown |
        | 104     | unknown | met     | unknown |
        | 105     | unknown | unknown | unknown |
        | 149     | unknown | unknown | unknown |
        | 150     | unknown | unknown | met     |
        | 210     | unknown | unknown | met     |
        | 211     | unknown | unknown | unknown |

    @conclusion:response @window:day_40 @window:day_90 @window:day_180
    Scenario: A child with all three visits
      Given the counts are
        | day | neutrophils | platelets | haemoglobin | reticulocytes |
        | 40  | 0.3         | 25        | 80          | 20            |
        | 90  | 0.9         | 60        | 95          | 50            |
        | 180 | 2.1         | 160       | 124         | 70            |
      And platelets are transfused on day 30
      When the criteria are applied on day 210
      Then the response at day 40 is no response
      And it is dated day 40
      And the response at day 90 is partial response
      And it is dated day 90
      And the response at day 180 is complete response
      And it is dated day 180

    @criterion:cr_neutrophils @criterion:cr_platelets @criterion:cr_haemoglobin @criterion:pr_neutrophils @criterion:pr_platelets @criterion:pr_reticulocytes @conclusion:response
    Scenario Outline: The limits are the same at every visit
      Given the counts on <visit> are
        | neutrophils   | platelets   | haemoglobin   | reticulocytes   |
        | <neutrophils> | <platelets> | <haemoglobin> | <reticulocytes> |
      When the criteria are applied on day 210
      Then the response at <visit> is <response>

      Examples: Day 40
        | visit  | neutrophils | platelets | haemoglobin | reticulocytes | response                                |
        | day 40 | 1.51        | 101       | 115         | 36            | complete response                       |
        | day 40 | 1.5         | 101       | 115         | 36            | partial response                        |
        | day 40 | 1.51        | 100       | 115         | 36            | partial response                        |
        | day 40 | 1.51        | 101       | 114         | 36            | partial response                        |
        | day 40 | 0.51        | 21        | 90          | 36            | partial response                        |
        | day 40 | 0.5         | 21        | 90          | 36            | transfusion-free below partial response |
        | day 40 | 0.51        | 20        | 90          | 36            | transfusion-free below partial response |
        | day 40 | 0.51        | 21        | 90          | 35            | transfusion-free below partial response |
        | day 40 | 0.3         | 12        | 70          | 30            | transfusion-free below partial response |

      Examples: Day 90
        | visit  | neutrophils | platelets | haemoglobin | reticulocytes | response                                |
        | day 90 | 1.51        | 101       | 115         | 36            | complete response                       |
        | day 90 | 0.51        | 21        | 90          | 36            | partial response                        |
        | day 90 | 0.5         | 20        | 90          | 35            | transfusion-free below partial response |

      Examples: Day 180
        | visit   | neutrophils | platelets | haemoglobin | reticulocytes | response                                |
        | day 180 | 1.51        | 101       | 115         | 36            | complete response                       |
        | day 180 | 1.5         | 101       | 115         | 36            | partial response                        |
        | day 180 | 1.51        | 100       | 115         | 36            | partial response                        |
        | day 180 | 1.51        | 101       | 114         | 36            | partial response                        |
        | day 180 | 0.51        | 21        | 90          | 36            | partial response                        |
        | day 180 | 0.5         | 21        | 90          | 36            | transfusion-free below partial response |
        | day 180 | 0.51        | 20        | 90          | 36            | transfusion-free below partial response |
        | day 180 | 0.51        | 21        | 90          | 35            | transfusion-free below partial response |
        | day 180 | 0.3         | 12        | 70          | 30            | transfusion-free below partial response |

    @criterion:transfusion_independent @criterion:died_before @criterion:second_line_before @conclusion:response
    Scenario Outline: What came before a visit counts for it and for the later ones
      Given the counts are
        | day | neutrophils | platelets | haemoglobin | reticulocytes |
        | 40  | 0.9         | 60        | 95          | 50            |
        | 90  | 0.9         | 60        | 95          | 50            |
        | 180 | 0.9         | 60        | 95          | 50            |
      And <event>
      When the criteria are applied on day 210
      Then the response at day 40 is <day 40>
      And the response at day 90 is <day 90>
      And the response at day 180 is <day 180>

      Examples:
        | event                                    | day 40           | day 90           | day 180          |
        | the child comes to the clinic on day 200 | partial response | partial response | partial response |
        | platelets are transfused on day 12       | no response      | partial response | partial response |
        | platelets are transfused on day 11       | partial response | partial response | partial response |
        | red cells are transfused on day 152      | partial response | partial response | no response      |
        | red cells are transfused on day 151      | partial response | partial response | partial response |
        | a stem cell transplant is done on day 41 | partial response | no response      | no response      |
        | a stem cell transplant is done on day 40 | no response      | no response      | no response      |
        | the child died on day 180                | partial response | partial response | no response      |
        | the child died on day 181                | partial response | partial response | partial response |

    @conclusion:response @window:day_40 @window:day_90 @window:day_180
    Scenario Outline: A visit is graded once its window has closed, not before
      When the criteria are applied on day <asked>
      Then the response at day 40 is <day 40>
      And the response at day 90 is <day 90>
      And the response at day 180 is <day 180>

      Examples: There are counts of day 90 only
        | asked | day 40       | day 90           | day 180      |
        | 46    | not due yet  | not due yet      | not due yet  |
        | 47    | undetermined | not due yet      | not due yet  |
        | 103   | undetermined | not due yet      | not due yet  |
        | 104   | undetermined | partial response | not due yet  |
        | 209   | undetermined | partial response | not due yet  |
        | 210   | undetermined | partial response | undetermined |

    @conclusion:response @window:day_90
    Scenario: Even a death is graded when the window has closed
      Given the child died on day 60
      When the criteria are applied on day 103
      Then the response at day 90 is not due yet

    @conclusion:response @anchor:atg_start
    Scenario: Without rabbit ATG there is nothing to grade
      Given rabbit ATG is not given
      When the criteria are applied on day 400
      Then the response at day 40 is not applicable
      And the response at day 90 is not applicable
      And the response at day 180 is not applicable

    @conclusion:response @window:day_90
    Scenario Outline: Of several counts the nearest to day 90 counts, of two as near the later
      Given the neutrophils on day 90 are not measured
      And the neutrophils on day <one> are 0.1
      And the neutrophils on day <other> are 0.9
      When the criteria are applied on day 104
      Then at day 90 "neutrophils of a partial response" is met
      And it rests on the neutrophils of day <other>

      Examples:
        | one | other |
        | 88  | 92    |
        | 87  | 91    |
        | 93  | 88    |
        | 88  | 89    |

    @conclusion:response @window:day_40 @window:day_90 @window:day_180
    Scenario Outline: At each visit the count nearest to its day counts
      Given the neutrophils on day 90 are not measured
      And the neutrophils on day <farther> are 0.1
      And the neutrophils on day <nearer> are 0.9
      When the criteria are applied on day 210
      Then at <visit> "neutrophils of a partial response" is met

      Examples:
        | visit   | farther | nearer |
        | day 40  | 42      | 39     |
        | day 40  | 38      | 41     |
        | day 90  | 92      | 89     |
        | day 90  | 88      | 91     |
        | day 180 | 182     | 179    |
        | day 180 | 178     | 181    |

    @conclusion:response @window:day_40 @window:day_90 @window:day_180
    Scenario Outline: The trial office may take the last of the window
      Given the trial office sets "the value of a visit" to the last in the window
      And the neutrophils on day <nearer> are 0.8
      And the neutrophils on day <later> are 0.1
      When the criteria are applied on day 210
      Then at <visit> "neutrophils of a partial response" is not met

      Examples:
        | visit   | nearer | later |
        | day 40  | 40     | 42    |
        | day 90  | 90     | 92    |
        | day 180 | 180    | 182   |

    @conclusion:response @window:day_90
    Scenario: The counts of one visit go together, though another day had a nearer one
      Given the counts on day 90 are
        | neutrophils | platelets | haemoglobin | reticulocytes |
        | 0.1         | -         | -           | -             |
      And the counts on day 84 are
        | neutrophils | platelets | haemoglobin | reticulocytes |
        | 0.8         | 40        | 90          | 50            |
      When the criteria are applied on day 104
      Then the response at day 90 is partial response
      And it is dated day 84
      And it does not rest on the neutrophils of day 90
      And nothing is remarked

    @conclusion:response @window:day_40 @window:day_90 @window:day_180
    Scenario Outline: No single count of a nearer day takes the place of the visit's own
      Given the counts on day 90 are
        | neutrophils  | platelets    | haemoglobin  | reticulocytes |
        | not measured | not measured | not measured | not measured  |
      And the counts on day <counted> are
        | neutrophils | platelets | haemoglobin | reticulocytes |
        | 2.0         | 150       | 125         | 60            |
      And the neutrophils on day <nearer> are <neutrophils>
      And the platelets on day <nearer> are <platelets>
      And the haemoglobin on day <nearer> is <haemoglobin>
      And the reticulocytes on day <nearer> are <reticulocytes>
      When the criteria are applied on day 210
      Then the response at <visit> is complete response
      And "reticulocytes of a partial response" is met
      And it is dated day <counted>

      Examples:
        | visit   | counted | nearer | neutrophils  | platelets    | haemoglobin  | reticulocytes |
        | day 40  | 34      | 40     | 0.1          | not measured | not measured | not measured  |
        | day 40  | 34      | 40     | not measured | 10           | not measured | not measured  |
        | day 40  | 34      | 40     | not measured | not measured | 70           | not measured  |
        | day 40  | 34      | 40     | not measured | not measured | not measured | 10            |
        | day 90  | 84      | 90     | 0.1          | not measured | not measured | not measured  |
        | day 90  | 84      | 90     | not measured | 10           | not measured | not measured  |
        | day 90  | 84      | 90     | not measured | not measured | 70           | not measured  |
        | day 90  | 84      | 90     | not measured | not measured | not measured | 10            |
        | day 180 | 174     | 180    | 0.1          | not measured | not measured | not measured  |
        | day 180 | 174     | 180    | not measured | 10           | not measured | not measured  |
        | day 180 | 174     | 180    | not measured | not measured | 70           | not measured  |
        | day 180 | 174     | 180    | not measured | not measured | not measured | 10            |

    @conclusion:response @measure:plt @measure:arc
    Scenario Outline: Only before treatment is a count after a transfusion passed over
      Given <product> are transfused on day 89
      When the criteria are applied on day 104
      Then the response at day 90 is no response
      And "<clause>" is met
      And nothing is remarked

      Examples:
        | product   | clause                              |
        | platelets | platelets of a partial response     |
        | red cells | reticulocytes of a partial response |

    @conclusion:response @window:day_90 @measure:assessment_day
    Scenario Outline: A response is dated on the newest count of its visit
      Given the <finding> on day 90 is not measured
      And the <finding> on day 92 is <result>
      When the criteria are applied on day 104
      Then the response at day 90 is partial response
      And it is dated day 92

      Examples: The other counts are of day 90
        | finding       | result |
        | neutrophils   | 0.8    |
        | platelets     | 40     |
        | haemoglobin   | 90     |
        | reticulocytes | 50     |

    @conclusion:response @window:day_90 @measure:assessment_day
    Scenario: Without any count it is dated on what was noted of the transfusions
      Given the counts on day 90 are
        | neutrophils  | platelets    | haemoglobin  | reticulocytes |
        | not measured | not measured | not measured | not measured  |
      And the transfusion status on day 88 is dependent
      When the criteria are applied on day 104
      Then the response at day 90 is no response
      And it is dated day 88

    @conclusion:response @window:day_90
    Scenario: A response is dated on its counts, whatever else was noted later
      Given the transfusion status on day 95 is independent
      When the criteria are applied on day 104
      Then the response at day 90 is partial response
      And it is dated day 90

    @conclusion:response @window:day_90 @flag:values_of_different_days
    Scenario Outline: Counts may lie three days apart; more than that is said
      Given the platelets on day 90 are not measured
      And the platelets on day <day> are 40
      When the criteria are applied on day 104
      Then the response at day 90 is partial response
      And it <is or is not> remarked that the counts are of different days

      Examples: The other counts are of day 90
        | day | is or is not |
        | 87  | is not       |
        | 86  | is           |
        | 93  | is not       |
        | 94  | is           |

    @conclusion:response @window:day_90 @flag:values_of_different_days
    Scenario Outline: The trial office may allow for more days or fewer
      Given the trial office sets "the days between the counts of a visit" to <days>
      And the platelets on day 90 are not measured
      And the platelets on day 84 are 40
      When the criteria are applied on day 104
      Then the response at day 90 is partial response
      And it <is or is not> remarked that the counts are of different days

      Examples:
        | days | is or is not |
        | 6    | is not       |
        | 5    | is           |

    @conclusion:response @window:day_90
    Scenario: Transfusions are counted back from the newest count of the visit
      Given the platelets on day 90 are not measured
      And the platelets on day 93 are 40
      And red cells are transfused on day 64
      When the criteria are applied on day 104
      Then the response at day 90 is partial response
      And it is dated day 93

    @conclusion:response @window:day_40 @window:day_90 @window:day_180
    Scenario Outline: The trial office may set other days for a visit
      Given the trial office sets "<setting>" to <days>
      And the neutrophils on day <counted> are 0.8
      When the criteria are applied on day 400
      Then at <visit> "neutrophils of a partial response" is <met>

      Examples:
        | setting                        | days       | visit   | counted | met     |
        | the days that count as day 40  | 33 to 54   | day 40  | 54      | met     |
        | the days that count as day 40  | 33 to 54   | day 40  | 55      | unknown |
        | the days that count as day 180 | 120 to 210 | day 180 | 120     | met     |
        | the days that count as day 180 | 120 to 210 | day 180 | 119     | unknown |

    @conclusion:response @window:day_90
    Scenario: The trial office may set other days for the visit of day 90
      Given the trial office sets "the days that count as day 90" to 91 to 100
      When the criteria are applied on day 400
      Then at day 90 "neutrophils of a partial response" is unknown

    @conclusion:response @anchor:day_zero @anchor:atg_end
    Scenario Outline: The trial office may count from the last dose of rabbit ATG, four days later
      Given the trial office sets "day 0" to the last dose of rabbit ATG
      And the neutrophils on day <counted> are 0.8
      When the criteria are applied on day 400
      Then at day 40 "neutrophils of a partial response" is <met>

      Examples:
        | counted | met     |
        | 36      | unknown |
        | 37      | met     |
        | 51      | met     |
        | 52      | unknown |

    @conclusion:response @anchor:day_zero @anchor:atg_end
    Scenario Outline: The last dose of the first course is its last, however short it was and whatever came later
      Given the trial office sets "day 0" to the last dose of rabbit ATG
      And the doses of rabbit ATG are
        | day     | dose  |
        | <first> | 60 mg |
        | <last>  | 60 mg |
      And rabbit ATG is given on day 120
      And the neutrophils on day <counted> are 0.8
      When the criteria are applied on day 400
      Then at day 40 "neutrophils of a partial response" is <met>

      Examples:
        | first | last | counted | met     |
        | 0     | 0    | 33      | met     |
        | 0     | 0    | 48      | unknown |
        | 0     | 2    | 34      | unknown |
        | 0     | 2    | 35      | met     |
        | 0     | 27   | 60      | met     |

    @conclusion:response @window:day_90
    Scenario Outline: A preliminary count waits for the final one
      Given the neutrophils on day 90 are not measured
      And the neutrophils on day 90 at 08:00 are 0.1, preliminary
      And the neutrophils on day 90 at <hour> are 0.8
      When the criteria are applied on day 104
      Then the response at day 90 is partial response

      Examples:
        | hour  |
        | 07:00 |
        | 09:00 |

  @statement:H4
  Rule: After a complete response the record says that the disease is in remission (H4)

    @conclusion:response @conclusion:severity
    Scenario Outline: The problem in the child's record, at each visit
      Given the results before treatment are
        | marrow cellularity | neutrophils | platelets | reticulocytes |
        | 10                 | 0.1         | 8         | 5             |
      And the counts on <visit> are
        | neutrophils   | platelets | haemoglobin | reticulocytes |
        | <neutrophils> | 150       | 125         | 60            |
      When the criteria are applied on day 210
      Then the record shows the problem "Very severe aplastic anaemia"
      And the problem is <course>

      Examples:
        | visit   | neutrophils | course       |
        | day 40  | 2.0         | in remission |
        | day 90  | 2.0         | in remission |
        | day 180 | 2.0         | in remission |
        | day 180 | 1.0         | active       |

    @conclusion:response
    Scenario Outline: What cannot be graded is written as such
      Given transfusions may be missing from the record
      When the criteria are applied on day 210
      Then the record says that the response at <visit> cannot be concluded

      Examples:
        | visit   |
        | day 40  |
        | day 90  |
        | day 180 |
