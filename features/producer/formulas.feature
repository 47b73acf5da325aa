@producer @site
Feature: Formulas in rate tables
  From version 1.1 on, a rate can be computed. The functions are those of a spreadsheet, and what they give is exact.

  Background:
    Given the API is spoken in version v1.1
    And line items:
      | line item | tokens | series          |
      | ACT01     | 900000 | PublicationApps |
    And the producer creates the rate table:
      """
      {"series": "PublicationApps", "version": "1", "effectiveFrom": $DAYS_AGO(30), "items": [
        {"name": "Functions", "formula": "POWER(2,3)*100 + FLOOR.MATH(1.64)*10 + CEILING.MATH(1.2)"},
        {"name": "Pairs", "formula": "PRODUCT(2,3)*1000 + SUM(2,3)*100 + MIN(2,3)*10 + MAX(2,3)"},
        {"name": "Places", "formula": "ABS(0-4)*10 + ROUND(2.345,1)"},
        {"name": "Operators", "formula": "2+3*4"}]}
      """

  @DM-RATE-041 @DM-RATE-A12
  Scenario: Functions have the values of a spreadsheet
    When LisaBarry requests 1 of "Functions"
    Then 812 tokens are charged

  @DM-RATE-041 @DM-RATE-A12
  Scenario: Functions of two arguments have the values of a spreadsheet
    When LisaBarry requests 1 of "Pairs"
    Then 6523 tokens are charged

  @DM-RATE-041 @DM-RATE-A12
  Scenario: Signs and decimal places are those of a spreadsheet
    When LisaBarry requests 1 of "Places"
    Then 42.3 tokens are charged

  @DM-RATE-043 @DM-RATE-A12
  Scenario: Multiplication comes before addition
    When LisaBarry requests 1 of "Operators"
    Then 14 tokens are charged

  @DM-RATE-026
  Scenario: An item has a rate or a formula and not both
    When the producer creates the rate table:
      """
      {"series": "Both", "version": "1", "effectiveFrom": 0, "items": [{"name": "A", "rate": 1, "formula": "1"}]}
      """
    Then the answer has status 400
