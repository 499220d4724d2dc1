Feature: What became of the children
  Causes of death, transplants and graft-versus-host disease are counted among all children; nothing is concluded of them
  in one child. What happened before the first dose of rabbit ATG, or before the transplant, does not belong to it.

  Background:
    Given a girl born on 12 May 2008
    And rabbit ATG begins on 3 March 2014

  @statement:B14
  Rule: The lymphocytes of the marrow before treatment are counted as long as the marrow is (Table 1; B14)

    @measure:marrow_lymphocytes
    Scenario Outline: Ninety days before treatment
      Given the mature lymphocytes in the marrow on day <day> are 60
      When the criteria are applied on day 400
      Then the mature lymphocytes in the marrow that count are <counted>

      Examples:
        | day | counted   |
        | -31 | 60        |
        | -90 | 60        |
        | -91 | not known |

  @statement:L1 @statement:L2
  Rule: Children died of an infection or of a bleeding in the head (Results, Long-term outcomes; L1, L2)

    @measure:cause_of_death @window:since_treatment
    Scenario Outline: The cause that was noted last counts, from day 0 on
      Given the cause of death on day <one> is an infection
      And the cause of death on day <other> is a bleeding in the head
      When the criteria are applied on day 400
      Then the cause of death that counts is <cause>

      Examples:
        | one | other | cause                  |
        | 152 | 160   | a bleeding in the head |
        | 160 | 152   | an infection           |
        | -1  | 0     | a bleeding in the head |
        | 0   | -1    | an infection           |
        | -1  | -2    | not known              |

  @statement:L5 @statement:L7
  Rule: A transplant is counted, with its day (Results, Long-term outcomes; L5, L7)

    @measure:transplants @measure:days_to_transplant
    Scenario: Done on day 230
      Given a stem cell transplant is done on day 230
      When the criteria are applied on day 400
      Then a transplant is counted
      And it came 230 days after day 0

    @measure:transplants
    Scenario: None on record is none
      When the criteria are applied on day 400
      Then a transplant is not counted

  @statement:L6
  Rule: The donor of a transplant was a half-matched relative or a matched unrelated one (Results, Long-term outcomes; L6)

    @measure:transplant_donor @window:since_treatment
    Scenario Outline: The donor that was noted last counts, from day 0 on
      Given a stem cell transplant is done on day 230
      And the donor of the transplant on day <one> is an unrelated donor
      And the donor of the transplant on day <other> is a half-matched relative
      When the criteria are applied on day 400
      Then the donor of the transplant that counts is <donor>

      Examples:
        | one | other | donor                   |
        | 200 | 230   | a half-matched relative |
        | 230 | 200   | an unrelated donor      |
        | 0   | -1    | an unrelated donor      |

  @statement:L8
  Rule: Graft-versus-host disease is counted since day 0, its grades since the transplant (Results, Long-term outcomes; L8)

    @measure:acute_gvhd @measure:chronic_gvhd
    Scenario Outline: Acute and chronic disease are told apart
      Given <diagnosis>
      When the criteria are applied on day 400
      Then acute graft-versus-host disease <acute>
      And chronic graft-versus-host disease <chronic>

      Examples:
        | diagnosis                                                  | acute                  | chronic                |
        | the child comes to the clinic on day 300                   | is not counted         | is not counted         |
        | acute graft-versus-host disease was diagnosed on day 250   | is counted             | is not counted         |
        | chronic graft-versus-host disease was diagnosed on day 350 | is not counted         | is counted             |
        | graft-versus-host disease was diagnosed on day 350         | may have to be counted | may have to be counted |

      Examples: Disease that is over was disease
        | diagnosis                                                                  | acute          | chronic        |
        | acute graft-versus-host disease was diagnosed on day 250 and is resolved   | is counted     | is not counted |
        | chronic graft-versus-host disease was diagnosed on day 350 and is resolved | is not counted | is counted     |

      Examples: From day 0 on
        | diagnosis                                                 | acute                  | chronic                |
        | acute graft-versus-host disease was diagnosed on day 0    | is counted             | is not counted         |
        | acute graft-versus-host disease was diagnosed on day -1   | is not counted         | is not counted         |
        | chronic graft-versus-host disease was diagnosed on day 0  | is not counted         | is counted             |
        | chronic graft-versus-host disease was diagnosed on day -1 | is not counted         | is not counted         |
        | graft-versus-host disease was diagnosed on day 0          | may have to be counted | may have to be counted |
        | graft-versus-host disease was diagnosed on day -1         | is not counted         | is not counted         |
        | acute graft-versus-host disease was diagnosed in 2014     | may have to be counted | is not counted         |

    @measure:acute_gvhd @measure:chronic_gvhd @anchor:acute_gvhd @anchor:chronic_gvhd
    Scenario Outline: Disease before day 0 does not hide what came after it
      Given <kind> graft-versus-host disease was diagnosed on day -1
      And <kind> graft-versus-host disease was diagnosed again on day 250
      When the criteria are applied on day 400
      Then <kind> graft-versus-host disease is counted

      Examples:
        | kind    |
        | acute   |
        | chronic |

    @measure:acute_gvhd_gut @measure:acute_gvhd_skin @measure:acute_gvhd_eye @window:since_transplant
    Scenario Outline: The worst grade since the transplant counts
      Given a stem cell transplant is done on day 230
      And the grade of graft-versus-host disease of the <organ> on day <first> is 3
      And the grade of graft-versus-host disease of the <organ> on day <second> is 2
      When the criteria are applied on day 400
      Then the worst grade of the <organ> is <worst>

      Examples:
        | organ | first | second | worst     |
        | gut   | 250   | 260    | 3         |
        | skin  | 260   | 250    | 3         |
        | eye   | 230   | 240    | 3         |
        | gut   | 229   | 230    | 2         |
        | gut   | 229   | 228    | not known |

  @statement:L9
  Rule: Five transplanted children lived without chronic graft-versus-host disease (Results, Long-term outcomes; L9)

    @measure:free_of_chronic_gvhd
    Scenario Outline: Free of chronic disease
      Given <diagnosis>
      When the criteria are applied on day 400
      Then being free of chronic graft-versus-host disease <free>

      Examples:
        | diagnosis                                                  | free                   |
        | acute graft-versus-host disease was diagnosed on day 250   | is counted             |
        | chronic graft-versus-host disease was diagnosed on day 350 | is not counted         |
        | graft-versus-host disease was diagnosed on day 350         | may have to be counted |
