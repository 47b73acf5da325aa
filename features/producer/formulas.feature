@producer @site
Feature: Formulas in rate tables
  From version 1.1 on, a rate can be computed. The functions are those of a spreadsheet, and what they give is exact.

  Background:
    Given the API is spoken in version v1.1
    And the producer creates the rate table:
      """
      {"series": "PublicationApps", "version": "1", "effectiveFrom": $DAYS_AGO(30), "items": [
        {"name": "Functions", "formula": "POWER(2,3)*100 + FLOOR.MATH(1.64)*10 + CEILING.MATH(1.2)"},
        {"name": "Pairs", "formula": "PRODUCT(2,3)*1000 + SUM(2,3)*100 + MIN(2,3)*10 + MAX(2,3)"},
        {"name": "Places", "formula": "ABS(0-4)*10 + ROUND(2.345,1)"},
        {"name": "Operators", "formula": "(2+3*4)*10000 + ((2+3)*4)*100 + 2*3^2"}]}
      """
    And line items:
      | line item | tokens | series          |
      | ACT01     | 900000 | PublicationApps |

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
  Scenario: Operators bind as in a spreadsheet
    When LisaBarry requests 1 of "Operators"
    Then 142018 tokens are charged

  @DM-RATE-026
  Scenario: An item has a rate or a formula and not both
    When the producer creates the rate table:
      """
      {"series": "Both", "version": "1", "effectiveFrom": 0, "items": [{"name": "A", "rate": 1, "formula": "1"}]}
      """
    Then the answer has status 400

  @DM-RATE-040
  Scenario Outline: A table may use <function>
    When the producer creates the rate table:
      """
      {"series": "Other", "version": "1", "effectiveFrom": 0, "items": [{"name": "A", "formula": "<formula>"}]}
      """
    Then the answer has status 201

    Examples:
      | function            | formula                                           |
      | rounding            | FLOOR.MATH(1.5) + CEILING.MATH(1.5) + ROUND(1.5,1) |
      | powers and products | POWER(2,3) + PRODUCT(2,3) + SUM(2,3)              |
      | comparisons         | ABS(0-2) + MIN(2,3) + MAX(2,3)                    |
      | variables           | (Price*Quantity + 2)/4 - 0.5^2                    |

  @DM-RATE-040
  Scenario Outline: A function with too <amount> arguments
    When the producer creates the rate table:
      """
      {"series": "Other", "version": "1", "effectiveFrom": 0, "items": [{"name": "A", "formula": "<formula>"}]}
      """
    Then acceptance follows the reading "formula.argument_count"

    Examples:
      | amount | formula    |
      | many   | SUM(1,2,3) |

  @DM-RATE-042 @DM-RATE-A12
  Scenario: The case of letters does not matter in variables
    Given the producer creates the rate table:
      """
      {"series": "PublicationApps", "version": "2", "effectiveFrom": $DAYS_AGO(20), "items": [
        {"name": "Sheet", "formula": "Price*Quantity*100 + PRICE*quantity"}, {"name": "Probe", "formula": "Price"}]}
      """
    When the client sends the access request:
      """
      {"requester": {"type": "user", "value": "Lisa"}, "requestedItems": [{"item": "Probe", "count": 1, "variables": {"Price": 1}}]}
      """
    And the variables have been taken
    When the client sends the access request:
      """
      {"requester": {"type": "user", "value": "Lisa"}, "requestedItems": [{"item": "Sheet", "count": 1, "variables": {"price": 2, "QUANTITY": 3}}]}
      """
    Then 606 tokens are charged

  @DM-RATE-046
  Scenario Outline: A text that is no formula is refused: <formula>
    When the producer creates the rate table:
      """
      {"series": "Other", "version": "1", "effectiveFrom": 0, "items": [{"name": "A", "formula": "<formula>"}]}
      """
    Then the answer has status 400

    Examples:
      | formula      |
      | 2+           |
      | (2+3         |
      | NOSUCH(2)    |
      | 2 3          |
