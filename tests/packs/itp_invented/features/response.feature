Feature: Response of immune thrombocytopenia, by invented limits
  A second protocol, to show that another disease needs another folder and no programming.

  Background:
    Given prednisolone began on 1 March 2021
    And 14 platelets on 26 February 2021

  @statement:D1
  Rule: Below 17 platelets before treatment it is deep

    @criterion:deep @criterion:treated
    Scenario Outline: The last count before treatment decides
      Given <platelets> platelets on 28 February 2021
      When the criteria are applied on 1 July 2021
      Then the depth is <depth>

      Examples:
        | platelets | depth   |
        | 16        | deep    |
        | 16.9      | deep    |
        | 17        | shallow |

  @statement:R1 @statement:R2
  Rule: Good is at least 93 platelets without bleeding, some is at least 31 and twice as many as before

    @criterion:many_platelets @criterion:dry @criterion:risen
    Scenario Outline: Platelets and bleeding at week 6
      Given <platelets> platelets on 12 April 2021
      And a bleeding score of <bleeding> on 12 April 2021
      When the criteria are applied on 1 July 2021
      Then the response at week 6 is <response>

      Examples:
        | platelets | bleeding | response     |
        | 93        | 0        | good         |
        | 92        | 0        | some         |
        | 93        | 1        | some         |
        | 31        | 0        | some         |
        | 30        | 0        | none         |
        | 93        | unknown  | UNDETERMINED |

  @statement:R3
  Rule: Platelets that were transfused are no response

    @criterion:rescued
    Scenario Outline: Eleven days count
      Given 120 platelets on 12 April 2021
      And a bleeding score of 0 on 12 April 2021
      And a platelet transfusion on <day>
      When the criteria are applied on 1 July 2021
      Then the response at week 6 is <response>

      Examples:
        | day           | response |
        | 1 April 2021  | none     |
        | 31 March 2021 | good     |

  @statement:R4
  Rule: The spleen

    @criterion:operated
    Scenario: An operation after treatment began
      Given the spleen was removed on 3 May 2021
      When the criteria are applied on 1 July 2021
      Then the surgery is done
