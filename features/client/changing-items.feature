@client
Feature: Changing the items of a session
  Users switch tools while they work. A new request replaces the items in use: what is left of the old hour comes
  back, the new items are charged for a full hour, and the clock of the automatic charges starts anew.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
      | CADPrint   | 2.0     | 7    |
    And a line item "ACT01-Elastic" of 1000 tokens
    And a session
    And LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    When 75 minutes pass
    And the client sends a heartbeat
    And 55 minutes pass
    And the client sends a heartbeat
    And 10 minutes pass

  @DM-SES-043 @DM-SES-042 @DM-REF-007 @clock
  Scenario: Adding an item refunds the rest of the old hour and charges a full new one
    Then "ACT01-Elastic" has used 90 tokens (DM-SES-042)
    When LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | CADPrint   | 2.0     | 2     |
    Then the request is granted (DM-SES-042)
    And 44 tokens are charged
    And the answer speaks of no refund (DM-REF-007)
    And "ACT01-Elastic" has used 114 tokens (DM-SES-043)

  @DM-SES-044 @DM-TIME-001 @clock
  Scenario: The next automatic charge is due an hour after the change
    When LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | CADPrint   | 2.0     | 2     |
    And 41 minutes pass
    Then "ACT01-Elastic" has used 114 tokens (DM-SES-044)
    When 18 minutes pass
    Then "ACT01-Elastic" has used 114 tokens
    When 2 minutes pass
    Then "ACT01-Elastic" has used 158 tokens

  @DM-SES-044 @DM-TIME-004 @clock
  Scenario: A heartbeat in the window of the new schedule keeps the session alive
    When LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | CADPrint   | 2.0     | 2     |
    And 80 minutes pass
    And the client sends a heartbeat
    Then the heartbeat is accepted
    When 11 minutes pass
    Then the session is ACTIVE
    And "ACT01-Elastic" has used 158 tokens (DM-SES-044)

  @DM-SES-044 @DM-TIME-005 @clock
  Scenario: Without a heartbeat in the window of the new schedule the new charge goes back
    When LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | CADPrint   | 2.0     | 2     |
    And 91 minutes pass
    Then the session is TERMINATED
    And "ACT01-Elastic" has used 114 tokens

  @DM-SES-040 @DM-SES-043 @clock
  Scenario: The new items replace the old ones
    When LisaBarry requests in the session:
      | item     | version | count |
      | CADPrint | 2.0     | 2     |
    Then 14 tokens are charged
    And "ACT01-Elastic" has used 84 tokens (DM-SES-043)
    And the session uses (DM-SES-040):
      | item     | version | count |
      | CADPrint | 2.0     | 2     |

  @DM-TIME-002 @DM-SES-040 @clock
  Scenario: Only the new items are charged automatically
    When LisaBarry requests in the session:
      | item     | version | count |
      | CADPrint | 2.0     | 2     |
    And 61 minutes pass
    Then "ACT01-Elastic" has used 98 tokens

  @DM-SES-059 @clock
  Scenario: Asking for the same items again refunds and charges like any request
    When LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    Then 30 tokens are charged
    And "ACT01-Elastic" has used 100 tokens
