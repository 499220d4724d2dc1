Feature: The haemoglobin that is normal for age, table by table
  Each row of each table on its first and its last day. Children under a month may not enter the trial, but a table
  that is right is right from the first day on.

  Background:
    Given rabbit ATG begins on 3 March 2014

  @statement:H3
  Rule: Haemoglobin has to be normal for the child's age (Methods, Clinical evaluation and response criteria; H3)

    @table:who2024_plus_dallman
    Scenario Outline: The table of the WHO of 2024, and Dallman for infants
      Given a <who> born on <born>
      And the haemoglobin on day 40 is 120
      When the criteria are applied on day 47
      Then the lowest normal haemoglobin on day 40 is <lowest>

      Examples: Day 40 is 12 April 2014
        | who  | born             | age on day 40          | lowest |
        | girl | 12 April 2014    | 0 days                 | 125    |
        | girl | 30 March 2014    | a day before 14 days   | 125    |
        | boy  | 29 March 2014    | 14 days                | 100    |
        | boy  | 13 March 2014    | a day before 1 month   | 100    |
        | girl | 12 March 2014    | 1 month                | 100    |
        | girl | 13 February 2014 | a day before 2 months  | 100    |
        | boy  | 12 February 2014 | 2 months               | 90     |
        | boy  | 13 January 2014  | a day before 3 months  | 90     |
        | girl | 12 January 2014  | 3 months               | 95     |
        | girl | 13 October 2013  | a day before 6 months  | 95     |
        | boy  | 12 October 2013  | 6 months               | 105    |
        | boy  | 13 April 2012    | a day before 24 months | 105    |
        | girl | 12 April 2012    | 24 months              | 110    |
        | girl | 13 April 2009    | a day before 5 years   | 110    |
        | boy  | 12 April 2009    | 5 years                | 115    |
        | boy  | 13 April 2002    | a day before 12 years  | 115    |
        | girl | 12 April 2002    | 12 years               | 120    |
        | girl | 13 April 1999    | a day before 15 years  | 120    |
        | boy  | 13 April 1999    | a day before 15 years  | 120    |
        | girl | 12 April 1999    | 15 years               | 120    |
        | girl | 12 April 1984    | 30 years               | 120    |
        | boy  | 12 April 1999    | 15 years               | 130    |
        | boy  | 12 April 1984    | 30 years               | 130    |

    @table:who2011
    Scenario Outline: The table of the WHO of 2011
      Given a <who> born on <born>
      And the trial office sets "the table of haemoglobin" to WHO 2011
      And the haemoglobin on day 40 is 120
      When the criteria are applied on day 47
      Then the lowest normal haemoglobin on day 40 is <lowest>

      Examples: Day 40 is 12 April 2014
        | who  | born            | age on day 40         | lowest    |
        | girl | 13 October 2013 | a day before 6 months | not known |
        | girl | 12 October 2013 | 6 months              | 110       |
        | girl | 13 April 2009   | a day before 5 years  | 110       |
        | boy  | 12 April 2009   | 5 years               | 115       |
        | boy  | 13 April 2002   | a day before 12 years | 115       |
        | girl | 12 April 2002   | 12 years              | 120       |
        | girl | 13 April 1999   | a day before 15 years | 120       |
        | boy  | 13 April 1999   | a day before 15 years | 120       |
        | girl | 12 April 1999   | 15 years              | 120       |
        | girl | 12 April 1984   | 30 years              | 120       |
        | boy  | 12 April 1999   | 15 years              | 130       |
        | boy  | 12 April 1984   | 30 years              | 130       |

    @table:nathan_oski
    Scenario Outline: The table of Nathan and Oski
      Given a <who> born on <born>
      And the trial office sets "the table of haemoglobin" to Nathan and Oski
      And the haemoglobin on day 40 is 120
      When the criteria are applied on day 47
      Then the lowest normal haemoglobin on day 40 is <lowest>

      Examples: Day 40 is 12 April 2014
        | who  | born             | age on day 40         | lowest |
        | girl | 12 April 2014    | 0 days                | 135    |
        | girl | 12 April 2014    | a day before 1 day    | 135    |
        | boy  | 11 April 2014    | 1 day                 | 145    |
        | boy  | 6 April 2014     | a day before 7 days   | 145    |
        | girl | 5 April 2014     | 7 days                | 135    |
        | girl | 30 March 2014    | a day before 14 days  | 135    |
        | boy  | 29 March 2014    | 14 days               | 125    |
        | boy  | 13 March 2014    | a day before 1 month  | 125    |
        | girl | 12 March 2014    | 1 month               | 100    |
        | girl | 13 February 2014 | a day before 2 months | 100    |
        | boy  | 12 February 2014 | 2 months              | 90     |
        | boy  | 13 January 2014  | a day before 3 months | 90     |
        | girl | 12 January 2014  | 3 months              | 95     |
        | girl | 13 October 2013  | a day before 6 months | 95     |
        | boy  | 12 October 2013  | 6 months              | 105    |
        | boy  | 13 April 2012    | a day before 2 years  | 105    |
        | girl | 12 April 2012    | 2 years               | 115    |
        | girl | 13 April 2008    | a day before 6 years  | 115    |
        | boy  | 12 April 2008    | 6 years               | 115    |
        | girl | 13 April 2002    | a day before 12 years | 115    |
        | boy  | 13 April 2002    | a day before 12 years | 115    |
        | girl | 12 April 2002    | 12 years              | 120    |
        | girl | 12 April 1984    | 30 years              | 120    |
        | boy  | 12 April 2002    | 12 years              | 130    |
        | boy  | 13 April 1996    | a day before 18 years | 130    |
        | boy  | 12 April 1996    | 18 years              | 135    |
        | boy  | 12 April 1984    | 30 years              | 135    |

    @table:jcaasg_110
    Scenario Outline: The table of 110 for all
      Given a <who> born on <born>
      And the trial office sets "the table of haemoglobin" to 110 for all
      And the haemoglobin on day 40 is 120
      When the criteria are applied on day 47
      Then the lowest normal haemoglobin on day 40 is <lowest>

      Examples: Day 40 is 12 April 2014
        | who  | born          | age on day 40 | lowest |
        | girl | 12 April 2014 | 0 days        | 110    |
        | girl | 12 April 1954 | 60 years      | 110    |
