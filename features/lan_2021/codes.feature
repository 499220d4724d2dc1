Feature: Under which codes, wordings and units a record may tell what the rules ask for
  Hospitals write one thing in many ways. Each code that is read, with where it was seen, stands in the list of codes; here
  each of them is sent once, as a record would send it.

  @statement:E1
  Rule: Each way of telling it counts (Methods, Clinical evaluation and response criteria; E1)

    Scenario Outline: Every code of a finding, a diagnosis, a drug or a procedure
      When "<what>" is told under each of its codes, <number> in all
      Then each of them is read as that and nothing else

      Examples:
        | what                                                                  | number |
        | Hepatotoxicity                                                        | 4      |
        | Renal failure                                                         | 3      |
        | Nausea                                                                | 1      |
        | Diarrhea                                                              | 1      |
        | Oral mucositis                                                        | 1      |
        | Arrhythmia                                                            | 1      |
        | Heart failure                                                         | 1      |
        | Hypertension                                                          | 1      |
        | Pericarditis                                                          | 1      |
        | Peripheral neuropathy                                                 | 2      |
        | Infections                                                            | 4      |
        | Anaphylaxis (including drug fever)                                    | 4      |
        | Local phlebitis                                                       | 3      |
        | Fatigue                                                               | 1      |
        | Headache                                                              | 1      |
        | Fingernail changes                                                    | 4      |
        | neutrophil count                                                      | 3      |
        | segmented neutrophils                                                 | 1      |
        | band neutrophils                                                      | 2      |
        | granulocytes                                                          | 1      |
        | neutrophils of leukocytes                                             | 3      |
        | segmented neutrophils of leukocytes                                   | 3      |
        | band neutrophils of leukocytes                                        | 3      |
        | leukocyte count                                                       | 4      |
        | platelet count                                                        | 4      |
        | reticulocyte count                                                    | 3      |
        | reticulocytes of erythrocytes                                         | 3      |
        | erythrocyte count                                                     | 2      |
        | haemoglobin                                                           | 7      |
        | marrow cellularity                                                    | 1      |
        | residual haematopoietic cells in the marrow                           | 1      |
        | mature lymphocytes in the marrow                                      | 2      |
        | CD3+CD4+ T cells of lymphocytes                                       | 1      |
        | CD3+CD8+ T cells of lymphocytes                                       | 1      |
        | regulatory T cells (CD4+CD25+CD127dim) of CD4+ cells                  | 1      |
        | creatinine                                                            | 3      |
        | estimated glomerular filtration rate (Schwartz)                       | 1      |
        | alanine aminotransferase                                              | 4      |
        | aspartate aminotransferase                                            | 3      |
        | total bilirubin                                                       | 3      |
        | direct bilirubin                                                      | 2      |
        | ECOG performance status                                               | 1      |
        | Lansky or Karnofsky score                                             | 2      |
        | body weight                                                           | 3      |
        | body height                                                           | 1      |
        | chromosome breakage test                                              | 1      |
        | comet assay                                                           | 1      |
        | cytogenetic analysis                                                  | 1      |
        | sequencing for inherited marrow failure                               | 1      |
        | HLA-matched sibling donor                                             | 1      |
        | immediate transplant planned                                          | 1      |
        | transfusion status as recorded                                        | 1      |
        | aplastic anaemia                                                      | 15     |
        | inherited bone marrow failure syndrome                                | 11     |
        | myelodysplastic syndrome                                              | 17     |
        | acute myeloid leukaemia                                               | 5      |
        | paroxysmal nocturnal haemoglobinuria                                  | 5      |
        | relapse as recorded                                                   | 2      |
        | rabbit antithymocyte globulin                                         | 8      |
        | horse antithymocyte globulin                                          | 10     |
        | antithymocyte globulin of a species that the code does not tell       | 4      |
        | ciclosporin                                                           | 8      |
        | umbilical cord mesenchymal stem cells                                 | 1      |
        | alemtuzumab                                                           | 3      |
        | eltrombopag                                                           | 2      |
        | cyclophosphamide                                                      | 2      |
        | granulocyte colony stimulating factor                                 | 6      |
        | haematopoietic stem cell transplantation                              | 2      |
        | red cell or whole blood transfusion                                   | 7      |
        | red cell or whole blood transfusion, given as a drug                  | 7      |
        | platelet transfusion                                                  | 2      |
        | platelet transfusion, given as a drug                                 | 2      |
        | transfusion of a product that the code does not tell                  | 2      |
        | transfusion of a product that the code does not tell, given as a drug | 2      |
        | cause of death                                                        | 1      |
        | donor of the transplant                                               | 1      |
        | acute graft versus host disease                                       | 3      |
        | chronic graft versus host disease                                     | 3      |
        | graft versus host disease of a kind that the code does not tell       | 3      |
        | grade of acute graft versus host disease of the gut                   | 1      |
        | grade of acute graft versus host disease of the skin                  | 1      |
        | grade of acute graft versus host disease of the eye                   | 1      |

    Scenario Outline: Every answer to a question
      When "<what>" is told by each of its answers, <number> in all
      Then each of them is read as that and nothing else

      Examples:
        | what                                              | number |
        | ECOG performance status: grade 0                  | 2      |
        | ECOG performance status: grade 1                  | 2      |
        | ECOG performance status: grade 2                  | 2      |
        | ECOG performance status: grade 3                  | 2      |
        | ECOG performance status: grade 4                  | 2      |
        | ECOG performance status: grade 5                  | 2      |
        | chromosome breakage test: positive                | 6      |
        | chromosome breakage test: negative                | 4      |
        | comet assay: positive                             | 6      |
        | comet assay: negative                             | 4      |
        | cytogenetic analysis: positive                    | 6      |
        | cytogenetic analysis: negative                    | 4      |
        | sequencing for inherited marrow failure: positive | 6      |
        | sequencing for inherited marrow failure: negative | 4      |
        | transfusion status as recorded: independent       | 1      |
        | transfusion status as recorded: dependent         | 1      |
        | cause of death: infection                         | 2      |
        | cause of death: haemorrhage                       | 3      |
        | donor of the transplant: a half-matched relative  | 1      |
        | donor of the transplant: a matched stranger       | 1      |
        | donor of the transplant: a matched sibling        | 1      |

    Scenario Outline: How the marrow was taken
      When "<what>" is told with each code of the method, <number> in all
      Then each of them is read as that and nothing else

      Examples:
        | what                                                    | number |
        | marrow cellularity by biopsy                            | 2      |
        | marrow cellularity by aspirate                          | 2      |
        | residual haematopoietic cells in the marrow by biopsy   | 2      |
        | residual haematopoietic cells in the marrow by aspirate | 2      |

    Scenario Outline: The arm as studies spell it
      When "<what>" is told in each spelling, <number> in all
      Then each of them is read as that and nothing else

      Examples:
        | what               | number |
        | the arm with cells | 2      |
        | the control arm    | 3      |

    Scenario Outline: The code lists under each of their names
      When codes of "<what>" are sent under each name of that list, <number> in all
      Then each of them is read as that and nothing else

      Examples:
        | what                       | number |
        | MedDRA                     | 4      |
        | LOINC                      | 2      |
        | SNOMED CT                  | 2      |
        | ICD-10                     | 5      |
        | RxNorm                     | 2      |
        | ATC                        | 2      |
        | interpretations of results | 2      |

    Scenario Outline: A code that looks right and is not
      When "<what>" is sent by mistake
      Then it is refused

      Examples:
        | what                      |
        | neutrophils in cord blood |
        | ciclosporin eye drops     |

    Scenario Outline: Of two codes in one record the one that says more counts
      When one record says both "<less>" and "<more>"
      Then each of them is read as that and nothing else

      Examples:
        | less                                                            | more                                   |
        | granulocytes                                                    | neutrophil count                       |
        | aplastic anaemia                                                | inherited bone marrow failure syndrome |
        | antithymocyte globulin of a species that the code does not tell | rabbit antithymocyte globulin          |
        | antithymocyte globulin of a species that the code does not tell | horse antithymocyte globulin           |
        | transfusion of a product that the code does not tell            | red cell or whole blood transfusion    |
        | transfusion of a product that the code does not tell            | platelet transfusion                   |
        | graft versus host disease of a kind that the code does not tell | acute graft versus host disease        |
        | graft versus host disease of a kind that the code does not tell | chronic graft versus host disease      |

  @statement:Q6
  Rule: Toxic events are told by their terms (Methods, Statistical analysis; Q6)

    Scenario Outline: Every wording of an event
      When "<what>" is told in each of its wordings, <number> in all
      Then each of them is read as that and nothing else

      Examples:
        | what                               | number |
        | Hepatotoxicity                     | 5      |
        | Renal failure                      | 4      |
        | Nausea                             | 1      |
        | Diarrhea                           | 2      |
        | Oral mucositis                     | 2      |
        | Arrhythmia                         | 3      |
        | Heart failure                      | 1      |
        | Hypertension                       | 1      |
        | Pericarditis                       | 1      |
        | Peripheral neuropathy              | 3      |
        | Infections                         | 6      |
        | Anaphylaxis (including drug fever) | 5      |
        | Local phlebitis                    | 4      |
        | Fatigue                            | 1      |
        | Headache                           | 1      |
        | Fingernail changes                 | 5      |

    Scenario Outline: Grades go from 1 to 5
      When "<event>" is of grade 1
      Then it is read as 1
      When "<event>" is of grade 5
      Then it is read as 5

      Examples:
        | event                              |
        | Hepatotoxicity                     |
        | Renal failure                      |
        | Nausea                             |
        | Diarrhea                           |
        | Oral mucositis                     |
        | Arrhythmia                         |
        | Heart failure                      |
        | Hypertension                       |
        | Pericarditis                       |
        | Peripheral neuropathy              |
        | Infections                         |
        | Anaphylaxis (including drug fever) |
        | Local phlebitis                    |
        | Fatigue                            |
        | Headache                           |
        | Fingernail changes                 |

  @statement:E1
  Rule: A value that cannot be is not used (our reading of E1)

    Scenario Outline: The least and the most that a finding can be, in its usual unit
      When "<what>" is <below>
      Then it is refused as a value that cannot be
      When "<what>" is <lowest>
      Then it is read as <lowest>
      When "<what>" is <highest>
      Then it is read as <highest>
      When "<what>" is <above>
      Then it is refused as a value that cannot be

      Examples:
        | what                                                 | below    | lowest   | highest  | above    |
        | neutrophil count                                     | -0.1     | 0        | 500      | 500.1    |
        | segmented neutrophils                                | -0.1     | 0        | 500      | 500.1    |
        | band neutrophils                                     | -0.1     | 0        | 500      | 500.1    |
        | granulocytes                                         | -0.1     | 0        | 500      | 500.1    |
        | neutrophils of leukocytes                            | -0.1     | 0        | 100      | 100.1    |
        | segmented neutrophils of leukocytes                  | -0.1     | 0        | 100      | 100.1    |
        | band neutrophils of leukocytes                       | -0.1     | 0        | 100      | 100.1    |
        | leukocyte count                                      | -0.1     | 0        | 500      | 500.1    |
        | platelet count                                       | -0.1     | 0        | 3000     | 3000.1   |
        | reticulocyte count                                   | -0.1     | 0        | 1000     | 1000.1   |
        | reticulocytes of erythrocytes                        | -0.1     | 0        | 100      | 100.1    |
        | erythrocyte count                                    | -0.1     | 0        | 15       | 15.1     |
        | haemoglobin                                          | 9.9      | 10       | 250      | 250.1    |
        | marrow cellularity                                   | -0.1     | 0        | 100      | 100.1    |
        | residual haematopoietic cells in the marrow          | -0.1     | 0        | 100      | 100.1    |
        | mature lymphocytes in the marrow                     | -0.1     | 0        | 100      | 100.1    |
        | CD3+CD4+ T cells of lymphocytes                      | -0.1     | 0        | 100      | 100.1    |
        | CD3+CD8+ T cells of lymphocytes                      | -0.1     | 0        | 100      | 100.1    |
        | regulatory T cells (CD4+CD25+CD127dim) of CD4+ cells | -0.1     | 0        | 100      | 100.1    |
        | creatinine                                           | -0.1     | 0        | 50       | 50.1     |
        | estimated glomerular filtration rate (Schwartz)      | -0.1     | 0        | 400      | 400.1    |
        | alanine aminotransferase                             | -0.1     | 0        | 20000    | 20000.1  |
        | aspartate aminotransferase                           | -0.1     | 0        | 20000    | 20000.1  |
        | total bilirubin                                      | -0.1     | 0        | 100      | 100.1    |
        | direct bilirubin                                     | -0.1     | 0        | 100      | 100.1    |
        | ECOG performance status                              | -0.1     | 0        | 5        | 5.1      |
        | Lansky or Karnofsky score                            | -0.1     | 0        | 100      | 100.1    |
        | body weight                                          | 0.29     | 0.3      | 400      | 400.1    |
        | body height                                          | 19.9     | 20       | 250      | 250.1    |
        | grade of acute graft versus host disease of the gut  | -0.1     | 0        | 4        | 4.1      |
        | grade of acute graft versus host disease of the skin | -0.1     | 0        | 4        | 4.1      |
        | grade of acute graft versus host disease of the eye  | -0.1     | 0        | 4        | 4.1      |

    Scenario Outline: The least and the most that a dose can be, and doses by weight
      When "<what>" is given at <below>
      Then it is refused as a value that cannot be
      When "<what>" is given at <lowest>
      Then it is read
      When "<what>" is given at <highest>
      Then it is read
      When "<what>" is given at <above>
      Then it is refused as a value that cannot be
      When "<what>" is given at <per kilogram>
      Then it is read as 3

      Examples:
        | what                                                            | below     | lowest | highest     | above         | per kilogram |
        | rabbit antithymocyte globulin                                   | -0.1 mg   | 0 mg   | 20000 mg    | 20000.1 mg    | 3 mg/kg      |
        | horse antithymocyte globulin                                    | -0.1 mg   | 0 mg   | 20000 mg    | 20000.1 mg    | 3 mg/kg      |
        | antithymocyte globulin of a species that the code does not tell | -0.1 mg   | 0 mg   | 20000 mg    | 20000.1 mg    | 3 mg/kg      |
        | ciclosporin                                                     | -0.1 mg   | 0 mg   | 20000 mg    | 20000.1 mg    | 3 mg/kg      |
        | umbilical cord mesenchymal stem cells                           | -0.1 10*6 | 0 10*6 | 100000 10*6  | 100000.1 10*6  | 3 10*6/kg    |

    Scenario Outline: Amounts of substance become masses
      When "<what>" is <amount>
      Then it is read as <mass>

      Examples:
        | what             | amount     | mass   |
        | haemoglobin      | 10 mmol/L  | 161.1  |
        | creatinine       | 100 umol/L | 1.13   |
        | total bilirubin  | 100 umol/L | 5.85   |
        | direct bilirubin | 100 umol/L | 5.85   |
