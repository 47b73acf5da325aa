@administrator
Feature: Conditions
  A condition says whom a rule concerns. It belongs to an instance and gets an ID that actions refer to.

  @DM-RULE-002 @DM-RULE-005
  Scenario: Every condition gets an ID
    When the administrator makes the conditions:
      | name  | key        | operator | values |
      | Sales | department | NOT      | Sales  |
    Then the answer follows the reading "conditions.created.http"
    And the answer holds:
      | path | value |
      | 0/id | *     |
