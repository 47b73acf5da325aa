@administrator @site
Feature: Rules of access
  An administrator decides which departments may use a line item, and how much of it. Engineering may use 150 tokens,
  Product Management and Product Marketing 50 together, and nobody else any.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item  | version | rate |
      | Token | 1.0     | 1    |
    And a line item "abc123" of 200 tokens
    And the administrator makes the conditions:
      | name        | key        | operator | values                                |
      | Engineering | department | IN       | Engineering                           |
      | Product     | department | IN       | Product Management, Product Marketing |
    And the administrator gives "abc123" the actions:
      | condition   | action | allocation |
      | Engineering | ALLOW  | 150        |
      | Product     | ALLOW  | 50         |
      |             | DENY   |            |

  @DM-LI-A08 @DM-RULE-008 @DM-ROA-001
  Scenario: A department without a rule is refused
    When FrankFee of department "Finance" requests 1 of "Token" "1.0"
    Then the request is refused

  @DM-LI-A08 @DM-RULE-008
  Scenario: A department with a rule is granted
    When AdaByte of department "Engineering" requests 10 of "Token" "1.0"
    Then 10 tokens are charged

  @DM-RULE-045 @DM-ROA-007
  Scenario: No more is taken than the allocation
    When AdaByte of department "Engineering" requests 150 of "Token" "1.0"
    And AdaByte of department "Engineering" requests 1 of "Token" "1.0"
    Then the request is refused
    And "abc123" has used 150 tokens

  @DM-RULE-047 @DM-RULE-045
  Scenario: Two departments share one allocation
    When PamPlan of department "Product Management" requests 30 of "Token" "1.0"
    And MaxMarket of department "Product Marketing" requests 20 of "Token" "1.0"
    Then the actions of "abc123" have used 0 and 50 and none

  @DM-RULE-012
  Scenario: A condition that an action refers to cannot be deleted
    When the administrator deletes the condition "Product"
    Then the answer follows the reading "conditions.in_use.http"

  @DM-ROA-003 @DM-RULE-040
  Scenario: The first action that concerns the requester decides
    Given a line item "other" of 100 tokens
    And the line item "abc123" becomes INACTIVE
    When the administrator gives "other" the actions:
      | condition   | action | allocation |
      | Engineering | DENY   |            |
      |             | ALLOW  |            |
    And AdaByte of department "Engineering" requests 5 of "Token" "1.0"
    Then the request is refused

  @DM-RULE-020
  Scenario: Actions are listed in their order
    When AdaByte of department "Engineering" requests 7 of "Token" "1.0"
    Then the actions of "abc123" have used 7 and 0 and none

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

  @DM-RULE-031
  Scenario: Actions are made once and then replaced
    When the administrator gives "abc123" the actions:
      | condition   | action | allocation |
      | Engineering | ALLOW  | 10         |
    Then the answer follows the reading "actions.exist.http"
