@administrator
Feature: What the documents leave open about rules of access
  The documents spend few words on the corners of rules. Each legal answer is accepted, as long as no allocation
  is exceeded, and the one seen is reported so that administrators know what their rules will do.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item  | version | rate |
      | Token | 1.0     | 1    |
    And a line item "abc123" of 200 tokens
    And the administrator makes the conditions:
      | name          | key        | operator | values      |
      | Engineering   | department | IN       | Engineering |
      | Outside sales | department | NOT      | Sales       |
      | Level 7       | level      | IN       | 7           |

  @DM-RULE-043 @DM-ROA-005
  Scenario: Nobody's rule concerns the requester
    Given "abc123" has the actions:
      | condition   | action | allocation |
      | Engineering | ALLOW  | 10         |
    When FrankFee of department "Finance" requests 1 of "Token" "1.0"
    Then a grant means "allow" and a refusal "refuse" for "roa.no_match"

  @DM-RULE-041
  Scenario: The default action stands first
    Given the administrator gives "abc123" the actions:
      | condition   | action | allocation |
      |             | DENY   |            |
      | Engineering | ALLOW  | 10         |
    When AdaByte of department "Engineering" requests 1 of "Token" "1.0"
    Then a grant means "last" and a refusal "in-place" for "roa.default_position"

  @DM-RULE-046 @DM-ROA-011
  Scenario: A later action would hold when an allocation is used up
    Given "abc123" has the actions:
      | condition   | action | allocation |
      | Engineering | ALLOW  | 10         |
      |             | ALLOW  |            |
    And AdaByte of department "Engineering" requests 10 of "Token" "1.0"
    When AdaByte of department "Engineering" requests 1 of "Token" "1.0"
    Then a grant means "later-action" and a refusal "other-line-items" for "roa.spent_allocation"

  @DM-RULE-049 @DM-REF-009 @clock
  Scenario: Half of a used up allocation is refunded
    Given "abc123" has the actions:
      | condition   | action | allocation |
      | Engineering | ALLOW  | 10         |
      |             | DENY   |            |
    And a session
    And AdaByte of department "Engineering" requests in the session:
      | item  | version | count |
      | Token | 1.0     | 10    |
    When 30 minutes pass
    And the client closes the session
    And AdaByte of department "Engineering" requests 4 of "Token" "1.0"
    Then a grant means "yes" and a refusal "no" for "roa.refund_restores_allocation"

  @DM-RULE-009 @DM-ROA-015
  Scenario: The requester is in two departments
    Given "abc123" has the actions:
      | condition   | action | allocation |
      | Engineering | ALLOW  | 10         |
      |             | DENY   |            |
    When AdaByte with the dictionary {"department": ["Support", "Engineering"]} requests 1 of "Token" "1.0"
    Then a grant means "any-element" and a refusal "never" for "roa.array"

  @DM-ROA-015
  Scenario: The dictionary holds a number
    Given "abc123" has the actions:
      | condition | action | allocation |
      | Level 7   | ALLOW  | 10         |
      |           | DENY   |            |
    When AdaByte with the dictionary {"level": 7} requests 1 of "Token" "1.0"
    Then a grant means "text" and a refusal "never" for "roa.number"

  @DM-ROA-014
  Scenario: A condition excludes a value of what the requester does not tell
    Given "abc123" has the actions:
      | condition     | action | allocation |
      | Outside sales | ALLOW  | 10         |
      |               | DENY   |            |
    When LisaBarry requests 1 of "Token" "1.0"
    Then a grant means "holds" and a refusal "fails" for "roa.not_without_key"

  @DM-RULE-008
  Scenario: The requester writes the department in small letters
    Given "abc123" has the actions:
      | condition   | action | allocation |
      | Engineering | ALLOW  | 10         |
      |             | DENY   |            |
    When AdaByte of department "engineering" requests 1 of "Token" "1.0"
    Then a grant means "ignored" and a refusal "exact" for "roa.case"

  @DM-TIME-017 @clock
  Scenario: A condition changes under a running session
    Given "abc123" has the actions:
      | condition   | action | allocation |
      | Engineering | ALLOW  | 100        |
      |             | DENY   |            |
    And a session
    And AdaByte of department "Engineering" requests in the session:
      | item  | version | count |
      | Token | 1.0     | 6     |
    And the administrator changes the conditions:
      | changes     | name     | key        | operator | values   |
      | Engineering | Research | department | IN       | Research |
    When 61 minutes pass
    Then the session shows whether rules of access were asked again

  @DM-LINE-037
  Scenario: A line item with actions is deleted
    Given "abc123" has the actions:
      | condition   | action | allocation |
      | Engineering | ALLOW  | 10         |
    And the line item "abc123" becomes OBSOLETE
    And the producer deletes the line item "abc123"
    When the administrator deletes all conditions
    Then the deletion of the conditions shows what became of the actions

  @DM-CODE-005
  Scenario: The code of an item that rules of access refuse
    Given "abc123" has the actions:
      | condition   | action | allocation |
      | Engineering | ALLOW  | 10         |
      |             | DENY   |            |
    And a rate table of series "OtherApps" with:
      | item  | version | rate |
      | Stamp | 1.0     | 2    |
    And a line item "small" of 5 tokens
    When FrankFee of department "Finance" requests:
      | item  | version | count |
      | Token | 1.0     | 1     |
      | Stamp | 1.0     | 3     |
    Then the code of a refusal by rules of access is held against that of lacking tokens

  @DM-RULE-025
  Scenario: An action with a condition has no allocation
    When the administrator gives "abc123" the actions:
      | condition   | action | allocation |
      | Engineering | ALLOW  |            |
      |             | DENY   |            |
    Then the answer follows the reading "actions.uncapped_condition.http"

  @DM-RULE-026
  Scenario: A denial comes with an allocation
    When the administrator gives "abc123" the actions:
      | condition   | action | allocation |
      | Engineering | DENY   | 10         |
    Then the allocation of the denial of "abc123" is read

  @DM-RULE-027
  Scenario: An allocation has a fraction
    When the administrator gives "abc123" the actions:
      | condition   | action | allocation |
      | Engineering | ALLOW  | 7.5        |
    Then the answer follows the reading "actions.fraction.http"

  @DM-RULE-027
  Scenario: An allocation is negative
    When the administrator gives "abc123" the actions:
      | condition   | action | allocation |
      | Engineering | ALLOW  | -1         |
    Then the answer follows the reading "actions.negative.http"

  @DM-RULE-027
  Scenario: Allocations add up to more than the quantity
    When the administrator gives "abc123" the actions:
      | condition     | action | allocation |
      | Engineering   | ALLOW  | 150        |
      | Outside sales | ALLOW  | 51         |
    Then the answer follows the reading "actions.sum.http"

  @DM-RULE-035
  Scenario: A line item without actions in the list of all actions
    When the administrator lists all actions
    Then "abc123", which has no actions, is looked for in the list of all actions
