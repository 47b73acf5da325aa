@administrator
Feature: Closing sessions that were left behind
  Client applications crash and laptops are shut. The administrator closes what they left open, so that the rest
  of the paid hour comes back at once and nobody keeps tokens that nobody uses.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
      | SignPrint  | 1.0     | 4    |
      | CADPrint   | 2.0     | 7    |
    And a line item "ACT01-Elastic" of 1000 tokens
    And a session
    And LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |

  @DM-SES-006 @DM-SES-070 @DM-SES-071 @DM-REF-001 @clock @task-7
  Scenario: The administrator closes a session and gets the rest of the hour back
    When 20 minutes pass
    And the administrator closes the session
    Then the answer has status 200 (DM-SES-006, DM-SES-070)
    And the session is TERMINATED (DM-SES-071)
    And "ACT01-Elastic" has used 10 tokens (DM-SES-071, DM-REF-001)

  @DM-SES-022 @task-7
  Scenario: Of two sessions only the closed one leaves the list
    When the client opens a session
    And the administrator closes the session
    And the live sessions are listed
    Then the session is not listed
    And the answer holds a list of 1

  @DM-HB-002
  Scenario: The client learns from its next heartbeat that its session was closed
    When the administrator closes the session
    And the client sends a heartbeat
    Then the heartbeat is refused

  @DM-AUTH-A01 @site
  Scenario: The administrator closes a session that a client opened with a token of its own
    Given a client token for the instance
    When the client opens a session
    And the administrator closes the session
    Then the answer has status 200
    And the session is TERMINATED
