@administrator
Feature: Actions
  The actions of a line item are an ordered list: who may use it, who may not, and how many tokens each group may
  take. An administrator reorders and extends the list without losing what has been counted.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item  | version | rate |
      | Token | 1.0     | 1    |
    And a line item "abc123" of 200 tokens
    And the administrator makes the conditions:
      | name        | key        | operator | values                                |
      | Engineering | department | IN       | Engineering                           |
      | Product     | department | IN       | Product Management, Product Marketing |
      | Sales       | department | IN       | Sales                                 |
    And "abc123" has the actions:
      | condition   | action | allocation |
      | Engineering | ALLOW  | 150        |
      | Product     | ALLOW  | 50         |
      |             | DENY   |            |

  @DM-RULE-020
  Scenario: Actions are kept in their order
    Given a line item "other" of 100 tokens
    When the administrator gives "other" the actions:
      | name          | condition   | action | allocation |
      | Product first | Product     | ALLOW  | 20         |
      | Engineers     | Engineering | ALLOW  | 30         |
      | Nobody else   |             | DENY   |            |
    Then the answer has status 200
    And the answer holds a list of 3
    And the actions of "other" are:
      | name          | condition   | action | allocation |
      | Product first | Product     | ALLOW  | 20         |
      | Engineers     | Engineering | ALLOW  | 30         |
      | Nobody else   |             | DENY   |            |

  @DM-RULE-021
  Scenario: Every action gets an ID
    Given a line item "other" of 100 tokens
    When the administrator gives "other" the actions:
      | condition   | action | allocation |
      | Engineering | ALLOW  | 5          |
    Then the answer has status 200
    And the answer holds:
      | path | value |
      | 0/id | *     |
    And every action of "abc123" has an ID of its own

  @DM-ROA-009
  Scenario: What is used is shown beside an allocation only
    When AdaByte of department "Engineering" requests 7 of "Token" "1.0"
    Then the actions of "abc123" are:
      | condition   | action | allocation | used |
      | Engineering | ALLOW  | 150        | 7    |
      | Product     | ALLOW  | 50         | 0    |
      |             | DENY   |            |      |

  @DM-RULE-022 @DM-ROA-004
  Scenario: A line item has one default action at most
    Given a line item "other" of 100 tokens
    When the administrator gives "other" the actions:
      | condition | action | allocation |
      |           | ALLOW  | 10         |
      |           | DENY   |            |
    Then the answer has status 400
    And "other" has no actions

  @DM-RULE-024 @DM-ROA-008
  Scenario: One action at most allows without an allocation
    Given a line item "other" of 100 tokens
    When the administrator gives "other" the actions:
      | condition   | action | allocation |
      | Engineering | ALLOW  |            |
      |             | ALLOW  |            |
    Then the answer has status 400
    And "other" has no actions

  @DM-RULE-023 @DM-RULE-001
  Scenario: An action cannot refer to a condition of another instance
    Given another instance of account "GLOBEX"
    And a line item "other" of 100 tokens
    When the administrator gives "other" the actions:
      | condition   | action | allocation |
      | Engineering | ALLOW  | 10         |
    Then the answer follows the reading "actions.foreign_condition.http"
    And "other" has no actions

  @DM-RULE-023
  Scenario: An action cannot refer to a condition that is not there
    Given a line item "other" of 100 tokens
    When the administrator gives "other" the actions:
      | condition | action | allocation |
      | (unknown) | ALLOW  | 10         |
    Then the answer follows the reading "actions.foreign_condition.http"
    And "other" has no actions

  @DM-RULE-028
  Scenario: A new list keeps, adds and removes actions in its own order
    When the administrator replaces the actions of "abc123" by:
      | keeps   | condition | action | allocation |
      | Product | Product   | ALLOW  | 60         |
      |         | Sales     | ALLOW  | 20         |
      | default |           | DENY   |            |
    Then the answer has status 200
    And the actions of "abc123" are:
      | condition | action | allocation | used |
      | Product   | ALLOW  | 60         | 0    |
      | Sales     | ALLOW  | 20         | 0    |
      |           | DENY   |            |      |

  @DM-RULE-029 @DM-ROA-012
  Scenario: An action that is sent with its ID keeps its count
    Given AdaByte of department "Engineering" requests 40 of "Token" "1.0"
    When the administrator replaces the actions of "abc123" by:
      | keeps       | condition   | action | allocation |
      | Product     | Product     | ALLOW  | 50         |
      | Engineering | Engineering | ALLOW  | 120        |
      | default     |             | DENY   |            |
    Then the actions of "abc123" have used 0 and 40 and none

  @DM-RULE-028 @DM-ROA-012
  Scenario: An action that is left out loses its count
    Given AdaByte of department "Engineering" requests 40 of "Token" "1.0"
    When the administrator replaces the actions of "abc123" by:
      | keeps   | condition   | action | allocation |
      |         | Engineering | ALLOW  | 150        |
      | Product | Product     | ALLOW  | 50         |
      | default |             | DENY   |            |
    Then the actions of "abc123" have used 0 and 0 and none

  @DM-RULE-030 @DM-RULE-029
  Scenario: A count cannot be written
    Given AdaByte of department "Engineering" requests 40 of "Token" "1.0"
    When the administrator replaces the actions of "abc123" by:
      | keeps       | condition   | action | allocation | used |
      | Engineering | Engineering | ALLOW  | 150        | 0    |
      | Product     | Product     | ALLOW  | 50         | 50   |
      | default     |             | DENY   |            |      |
    Then the actions of "abc123" have used 40 and 0 and none

  @DM-RULE-030
  Scenario: A new list names an action that is not there
    When the administrator replaces the actions of "abc123" by:
      | keeps     | condition   | action | allocation |
      | (unknown) | Engineering | ALLOW  | 10         |
    Then the answer follows the reading "actions.unknown.http"

  @DM-RULE-031
  Scenario: Actions are made once and then replaced
    When the administrator gives "abc123" the actions:
      | condition   | action | allocation |
      | Engineering | ALLOW  | 10         |
    Then the answer follows the reading "actions.exist.http"

  @DM-RULE-032
  Scenario: All actions of a line item can be deleted
    When the administrator deletes the actions of "abc123"
    Then the answer follows the reading "actions.deleted.http"
    And "abc123" has no actions

  @DM-RULE-032
  Scenario: Deleted actions take their counts with them
    Given AdaByte of department "Engineering" requests 40 of "Token" "1.0"
    And the administrator deletes the actions of "abc123"
    When the administrator gives "abc123" the actions:
      | condition   | action | allocation |
      | Engineering | ALLOW  | 150        |
      |             | DENY   |            |
    Then the actions of "abc123" have used 0 and none

  @DM-RULE-033
  Scenario: A line item that is not there has no list of actions
    When the administrator lists the actions of "nobody's"
    Then the answer has status 404

  @DM-RULE-034
  Scenario: The actions of all line items are listed together
    Given a line item "other" of 100 tokens
    And "other" has the actions:
      | condition | action | allocation |
      | Sales     | ALLOW  | 20         |
    When the administrator lists all actions
    Then the list of all actions has 3 actions of "abc123"
    And the list of all actions has 1 action of "other"

  @DM-RULE-036 @DM-RULE-034 @site
  Scenario: No line item can hide the list of all actions
    Given a line item "actions" of 100 tokens
    When the administrator lists all actions
    Then the list of all actions has 3 actions of "abc123"

  @DM-AUTH-040 @site
  Scenario: The customer's own token is enough for actions
    Given a client token for the instance
    When the administrator replaces the actions of "abc123" by:
      | keeps       | condition   | action | allocation |
      | Engineering | Engineering | ALLOW  | 100        |
      |             | Sales       | ALLOW  | 100        |
    And the administrator lists all actions
    Then the list of all actions has 2 actions of "abc123"
