@administrator
Feature: Rules of access in sessions
  What holds for single requests holds for sessions too: what a session is charged counts for the allocation of
  those who use it, every hour again.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item  | version | rate |
      | Token | 1.0     | 1    |
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

  @DM-ROA-016 @DM-LI-A08 @DM-ROA-007
  Scenario: Three departments share a line item in their sessions
    Then requests of "Token" "1.0" to "abc123" end so, each in a session of its own:
      | department         | count | result  | used                |
      | Engineering        | 150   | granted | 150 and 0 and none  |
      | Engineering        | 1     | refused | 150 and 0 and none  |
      | Product Management | 30    | granted | 150 and 30 and none |
      | Product Marketing  | 21    | refused | 150 and 30 and none |
      | Product Marketing  | 20    | granted | 150 and 50 and none |
      | Finance            | 1     | refused | 150 and 50 and none |
      |                    | 1     | refused | 150 and 50 and none |
    And "abc123" has used 200 tokens

  @DM-ROA-016 @DM-LI-A08
  Scenario: Who has no rule cannot take over a running session
    Given a session
    And AdaByte of department "Engineering" requests in the session:
      | item  | version | count |
      | Token | 1.0     | 10    |
    When FrankFee of department "Finance" requests in the session:
      | item  | version | count |
      | Token | 1.0     | 5     |
    Then the request is refused
    And the session is ACTIVE (DM-ROA-016)
    And the session uses (DM-ROA-016):
      | item  | version | count |
      | Token | 1.0     | 10    |

  @DM-RULE-045 @clock
  Scenario: Automatic charges count for the allocation
    Given a session
    And AdaByte of department "Engineering" requests in the session:
      | item  | version | count |
      | Token | 1.0     | 6     |
    When 61 minutes pass
    Then the actions of "abc123" have used 12 and 0 and none
    And "abc123" has used 12 tokens

  @DM-ROA-016 @DM-SES-050 @clock
  Scenario: A denial by rules without rollback ends the session and refunds the rest of the hour
    Given a session
    And AdaByte of department "Engineering" requests in the session:
      | item  | version | count |
      | Token | 1.0     | 12    |
    When 20 minutes pass
    And FrankFee of department "Finance" requests in the session without rollback:
      | item  | version | count |
      | Token | 1.0     | 1     |
    Then the request is refused (DM-ROA-016)
    And the session is TERMINATED (DM-SES-050)
    And "abc123" has used 4 tokens (DM-SES-050)

  @DM-ROA-007 @DM-RULE-045 @DM-TIME-003 @clock
  Scenario: A session ends at the next charge that its allocation cannot give
    Given a session
    And AdaByte of department "Engineering" requests in the session:
      | item  | version | count |
      | Token | 1.0     | 100   |
    When 59 minutes pass
    Then the session is ACTIVE (DM-TIME-003)
    When 2 minutes pass
    Then the session is TERMINATED
    And the actions of "abc123" have used 100 and 0 and none (DM-ROA-007, DM-RULE-045)

  @DM-ROA-016 @DM-LI-A23 @clock
  Scenario: Other line items go on paying for a session whose allocation is used up
    Given line items:
      | line item | tokens | ends        |
      | other     | 300    | in 400 days |
    And a session
    And AdaByte of department "Engineering" requests in the session:
      | item  | version | count |
      | Token | 1.0     | 100   |
    When 61 minutes pass
    Then the session is ACTIVE (DM-LI-A23)
    And "abc123" has used 150 tokens
    And "other" has used 50 tokens (DM-LI-A23)

  @DM-REF-001 @DM-ROA-016 @clock
  Scenario: A closed session gives back what it took under an allocation
    Given a session
    And AdaByte of department "Engineering" requests in the session:
      | item  | version | count |
      | Token | 1.0     | 30    |
    When 40 minutes pass
    And the client closes the session
    Then "abc123" has used 20 tokens
