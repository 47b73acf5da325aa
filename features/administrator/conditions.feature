@administrator
Feature: Conditions
  A condition says whom a rule of access concerns: it looks at what a request tells of its requester. Conditions
  belong to an instance and get IDs, so that the actions of many line items can refer to one.

  @DM-RULE-002 @DM-RULE-005
  Scenario: Every condition gets an ID, whatever its name
    When the administrator makes the conditions:
      | name  | key        | operator | values      |
      | Staff | department | NOT      | Sales       |
      | Staff | department | IN       | Engineering |
      |       | region     | IN       | EU, UK      |
    Then the answer follows the reading "conditions.created.http"
    And every condition has a UUID of its own (DM-RULE-002)

  @DM-RULE-011
  Scenario: Simple and joined conditions are made together
    When the administrator makes the conditions:
      | name         | join | key        | operator | values      |
      | Engineers    |      | department | IN       | Engineering |
      | EU engineers | AND  | department | IN       | Engineering |
      | EU engineers | AND  | region     | IN       | EU          |
      | Not sales    | OR   | department | NOT      | Sales       |
      | Not sales    | OR   | region     | IN       | EU          |
    Then the instance has the conditions "Engineers, EU engineers, Not sales"

  @DM-RULE-006
  Scenario: Conditions come in an array
    When the administrator makes the conditions:
      | name        | key        | operator | values      |
      | Engineering | department | IN       | Engineering |
    Then the answer holds a list of 1
    When the administrator changes the conditions:
      | changes     | name     | key        | operator | values   |
      | Engineering | Research | department | IN       | Research |
    Then the answer holds a list of 1
    When the administrator lists the conditions
    Then the answer has status 200
    And the answer holds a list of 1

  @DM-RULE-003
  Scenario: A change concerns one condition, and the others stay
    Given the administrator makes the conditions:
      | name        | key        | operator | values      |
      | Engineering | department | IN       | Engineering |
      | Sales       | department | IN       | Sales       |
    When the administrator changes the conditions:
      | changes     | name     | key        | operator | values   |
      | Engineering | Research | department | IN       | Research |
    Then the answer has status 200
    And the instance has the conditions "Research, Sales"

  @DM-RULE-003
  Scenario: A change without an ID adds a condition
    Given the administrator makes the conditions:
      | name        | key        | operator | values      |
      | Engineering | department | IN       | Engineering |
    When the administrator changes the conditions:
      | changes     | name        | key        | operator | values                |
      | Engineering | Engineering | department | IN       | Engineering, Research |
      |             | Sales       | department | IN       | Sales                 |
    Then the answer has status 200
    And the instance has the conditions "Engineering, Sales"

  @DM-RULE-004
  Scenario: A change of a condition that is not there changes nothing
    Given the administrator makes the conditions:
      | name        | key        | operator | values      |
      | Engineering | department | IN       | Engineering |
    When the administrator changes the conditions:
      | changes   | name  | key        | operator | values  |
      |           | Sales | department | IN       | Sales   |
      | (unknown) | Other | department | IN       | Support |
    Then the answer follows the reading "conditions.unknown.http"
    And the instance has the conditions "Engineering"

  @DM-RULE-001
  Scenario: Another instance does not see the conditions
    Given the administrator makes the conditions:
      | name        | key        | operator | values      |
      | Engineering | department | IN       | Engineering |
    And another instance of account "GLOBEX"
    Then the instance has no conditions
    And the first instance has the conditions "Engineering"

  @DM-RULE-001
  Scenario: Another instance cannot delete a condition
    Given the administrator makes the conditions:
      | name        | key        | operator | values      |
      | Engineering | department | IN       | Engineering |
    And another instance of account "GLOBEX"
    When the administrator deletes the condition "Engineering"
    And the administrator deletes all conditions
    Then the first instance has the conditions "Engineering"

  @DM-RULE-013
  Scenario: A condition that no action refers to can be deleted
    Given the administrator makes the conditions:
      | name        | key        | operator | values      |
      | Engineering | department | IN       | Engineering |
      | Sales       | department | IN       | Sales       |
    When the administrator deletes the condition "Sales"
    Then the answer follows the reading "conditions.deleted.http"
    And the instance has the conditions "Engineering"

  @DM-RULE-013
  Scenario: All conditions that no action refers to can be deleted
    Given the administrator makes the conditions:
      | name        | key        | operator | values      |
      | Engineering | department | IN       | Engineering |
      | Sales       | department | IN       | Sales       |
    When the administrator deletes all conditions
    Then the answer follows the reading "conditions.deleted.http"
    And the instance has no conditions

  @DM-RULE-014
  Scenario: A condition that is not there cannot be deleted
    When the administrator deletes the condition "(unknown)"
    Then the answer has status 404

  @DM-RULE-012
  Scenario: A condition that an action refers to cannot be deleted
    Given a rate table of series "PublicationApps" with:
      | item  | version | rate |
      | Token | 1.0     | 1    |
    And a line item "abc123" of 200 tokens
    And the administrator makes the conditions:
      | name        | key        | operator | values      |
      | Engineering | department | IN       | Engineering |
    And "abc123" has the actions:
      | condition   | action | allocation |
      | Engineering | ALLOW  | 150        |
    When the administrator deletes the condition "Engineering"
    Then the answer follows the reading "conditions.in_use.http"
    And the instance has the conditions "Engineering"

  @DM-RULE-012
  Scenario: While an action refers to one condition none is deleted
    Given a rate table of series "PublicationApps" with:
      | item  | version | rate |
      | Token | 1.0     | 1    |
    And a line item "abc123" of 200 tokens
    And the administrator makes the conditions:
      | name        | key        | operator | values      |
      | Engineering | department | IN       | Engineering |
      | Sales       | department | IN       | Sales       |
    And "abc123" has the actions:
      | condition   | action | allocation |
      | Engineering | ALLOW  | 150        |
    When the administrator deletes all conditions
    Then the answer follows the reading "conditions.in_use.http"
    And the instance has the conditions "Engineering, Sales"

  @DM-RULE-016
  Scenario Outline: A condition <fault> is refused
    When the administrator sends the conditions:
      """
      {"conditions": [{"name": "Faulty", <expression>}]}
      """
    Then the answer has status 400
    And the instance has no conditions

    Examples:
      | fault                    | expression                                                   |
      | without values           | "key": "department", "operator": "IN", "values": []           |
      | with an unknown operator | "key": "department", "operator": "LIKE", "values": ["Sales"]  |
      | without an expression    | "comment": "nothing to compare"                              |

  @DM-AUTH-040 @site
  Scenario: The customer's own token is enough for conditions
    Given a client token for the instance
    When the administrator makes the conditions:
      | name        | key        | operator | values      |
      | Engineering | department | IN       | Engineering |
    And the administrator changes the conditions:
      | changes     | name     | key        | operator | values   |
      | Engineering | Research | department | IN       | Research |
    Then the answer has status 200
    And the instance has the conditions "Research"
