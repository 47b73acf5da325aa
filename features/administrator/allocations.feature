@administrator
Feature: Allocations
  An allocation is the most that a group may take from a line item. It is a ceiling and not a reservation: the
  line item's own limits hold as well, and what is taken counts in both places.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item  | version | rate |
      | Token | 1.0     | 1    |
      | Stamp | 1.0     | 2    |
    And a line item "abc123" of 200 tokens
    And the administrator makes the conditions:
      | name        | key        | operator | values                                |
      | Engineering | department | IN       | Engineering                           |
      | Product     | department | IN       | Product Management, Product Marketing |
    And "abc123" has the actions:
      | condition   | action | allocation |
      | Engineering | ALLOW  | 150        |
      | Product     | ALLOW  | 50         |
      |             | DENY   |            |

  @DM-RULE-045 @DM-ROA-007
  Scenario: No more is taken than the allocation
    Given AdaByte of department "Engineering" requests 150 of "Token" "1.0"
    When AdaByte of department "Engineering" requests 1 of "Token" "1.0"
    Then the request is refused
    And "abc123" has used 150 tokens

  @DM-RULE-045 @DM-ROA-009
  Scenario: What is taken counts for the action and for the line item
    When AdaByte of department "Engineering" requests 10 of "Stamp" "1.0"
    And AdaByte of department "Engineering" requests 2.5 of "Token" "1.0"
    Then the actions of "abc123" have used 22.5 and 0 and none (DM-RULE-045, DM-ROA-009)
    And "abc123" has used 22.5 tokens (DM-RULE-045)

  @DM-RULE-047 @DM-RULE-045
  Scenario: Two departments share one allocation
    Given PamPlan of department "Product Management" requests 30 of "Token" "1.0"
    When MaxMarket of department "Product Marketing" requests 20 of "Token" "1.0"
    Then the request is granted (DM-RULE-047)
    And the actions of "abc123" have used 0 and 50 and none
    When PamPlan of department "Product Management" requests 1 of "Token" "1.0"
    Then the request is refused

  @DM-ROA-007 @DM-RULE-045
  Scenario: The items of one request share an allocation
    When AdaByte of department "Engineering" requests:
      | item  | version | count |
      | Token | 1.0     | 100   |
      | Stamp | 1.0     | 26    |
    Then the items are answered:
      | item  | code    | tokens | line items  |
      | Token | granted | 100    | abc123: 100 |
      | Stamp | refused | 0      |             |
    And the actions of "abc123" have used 100 and 0 and none

  @DM-RULE-045 @DM-ROA-010 @DM-LI-A23
  Scenario: What an allocation cannot give is sought from the next line item
    Given line items:
      | line item | tokens | ends        |
      | other     | 100    | in 400 days |
    When AdaByte of department "Engineering" requests 160 of "Token" "1.0"
    Then the items are answered:
      | item  | code    | tokens | line items            |
      | Token | granted | 160    | abc123: 150, other: 10 |

  @DM-ROA-010 @DM-ROA-013 @DM-RULE-048 @DM-OD-003
  Scenario: Allocations beyond the quantity do not make it more
    Given the administrator replaces the actions of "abc123" by:
      | keeps       | condition   | action | allocation |
      | Engineering | Engineering | ALLOW  | 150        |
      | Product     | Product     | ALLOW  | 150        |
      | default     |             | DENY   |            |
    And AdaByte of department "Engineering" requests 150 of "Token" "1.0"
    When PamPlan of department "Product Management" requests 51 of "Token" "1.0"
    Then the request is refused
    When PamPlan of department "Product Management" requests 50 of "Token" "1.0"
    Then the request is granted (DM-ROA-010, DM-OD-003)
    And "abc123" has used 200 tokens

  @DM-ROA-008
  Scenario: Without an allocation only the line item limits
    Given the administrator replaces the actions of "abc123" by:
      | keeps       | condition   | action | allocation |
      | Engineering | Engineering | ALLOW  | 10         |
      | default     |             | ALLOW  |            |
    When FrankFee of department "Finance" requests 200 of "Token" "1.0"
    Then the request is granted
    And the actions of "abc123" have used 0 and none
    When FrankFee of department "Finance" requests 1 of "Token" "1.0"
    Then the request is refused

  @DM-ROA-007 @DM-RULE-029
  Scenario: An allocation that is lowered to what is used gives no more
    Given AdaByte of department "Engineering" requests 40 of "Token" "1.0"
    And the administrator replaces the actions of "abc123" by:
      | keeps       | condition   | action | allocation |
      | Engineering | Engineering | ALLOW  | 40         |
      | default     |             | DENY   |            |
    When AdaByte of department "Engineering" requests 1 of "Token" "1.0"
    Then the request is refused
    And the actions of "abc123" have used 40 and none
