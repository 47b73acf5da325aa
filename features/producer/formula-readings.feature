@producer @site
Feature: What the documents leave open about formulas
  Spreadsheets do not agree in every corner, and no document says where the values of variables travel. Each scenario
  finds out which choice the target made.

  Background:
    Given the API is spoken in version v1.1
    And the producer creates the rate table:
      """
      {"series": "PublicationApps", "version": "1", "effectiveFrom": $DAYS_AGO(30), "items": [
        {"name": "Chain", "formula": "2^3^2"}, {"name": "Minus", "formula": "-2^2+10"},
        {"name": "Half", "formula": "ROUND(2.5,0)"}, {"name": "Down", "formula": "10+FLOOR.MATH(0-1.5)"},
        {"name": "Up", "formula": "10+CEILING.MATH(0-1.5)"}, {"name": "Unit", "formula": "2+3"},
        {"name": "Sheet", "formula": "Price*2"}, {"name": "Nothing", "formula": "1/(2-2)"},
        {"name": "Less", "formula": "2-3"}, {"name": "Dear", "rate": 900001}]}
      """
    And line items:
      | line item | tokens | series          |
      | ACT01     | 900000 | PublicationApps |

  @DM-RATE-044
  Scenario Outline: What <formula> comes to
    When LisaBarry requests 1 of "<item>"
    Then the tokens charged follow the reading "<decision>"

    Examples:
      | formula                | item  | decision                 |
      | 2^3^2                  | Chain | formula.power_chain      |
      | -2^2+10                | Minus | formula.minus_power      |
      | ROUND(2.5,0)           | Half  | formula.half             |
      | 10+FLOOR.MATH(0-1.5)   | Down  | formula.floor_negative   |
      | 10+CEILING.MATH(0-1.5) | Up    | formula.ceiling_negative |

  @DM-RATE-A14
  Scenario: A formula is the rate of one unit or the whole charge
    When LisaBarry requests 4 of "Unit"
    Then the tokens charged follow the reading "formula.counts"

  @DM-RATE-A13
  Scenario: The values of variables travel with the items or elsewhere
    When the client sends the access request:
      """
      {"requester": {"type": "user", "value": "LisaBarry"},
       "requestedItems": [{"item": "Sheet", "count": 1, "variables": {"Price": 3}}]}
      """
    Then whether the variables of formulas are taken is read

  @DM-RATE-047 @DM-RATE-A13
  Scenario Outline: The code of an item whose formula <fault>
    When the client sends the access request:
      """
      {"requester": {"type": "user", "value": "LisaBarry"},
       "requestedItems": [{"item": "Unknown", "count": 1}, {"item": "Dear", "count": 1},
                          {"item": "<item>", "count": 1}]}
      """
    Then the code of the last item follows the reading "code.unpriceable"
    And nothing is charged
    And "ACT01" has used 0 tokens

    Examples:
      | fault                 | item    |
      | lacks a variable      | Sheet   |
      | divides by zero       | Nothing |
      | comes to less than 0  | Less    |

  @DM-RATE-045
  Scenario: A function in small letters
    When the producer creates the rate table:
      """
      {"series": "Other", "version": "1", "effectiveFrom": 0, "items": [{"name": "A", "formula": "power(2,3)"}]}
      """
    Then the answer follows the reading "formula.lower_case.http"
