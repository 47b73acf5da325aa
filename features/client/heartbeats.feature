@client
Feature: Heartbeats
  After every automatic charge the client has 30 minutes to show that it is still there. This protects customers
  from paying for an application that crashed, so a missed heartbeat gives the whole last charge back.

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

  @DM-HB-001 @DM-SES-005 @clock @task-12
  Scenario: A heartbeat is answered with 204 and no body
    When 75 minutes pass
    And the client sends a heartbeat
    Then the heartbeat is accepted

  @DM-TIME-004 @clock
  Scenario: A heartbeat 20 minutes after the automatic charge keeps the session alive
    When 80 minutes pass
    And the client sends a heartbeat
    Then the heartbeat is accepted
    When 11 minutes pass
    Then the session is ACTIVE
    And "ACT01-Elastic" has used 60 tokens

  @DM-TIME-004 @DM-HB-009 @clock
  Scenario: No heartbeat is due after the first charge
    When 59 minutes pass
    Then the session is ACTIVE
    And "ACT01-Elastic" has used 30 tokens

  @DM-TIME-003 @DM-TIME-004 @DM-TIME-005 @clock
  Scenario: A missed heartbeat ends the session after 30 minutes and gives the whole charge back
    When 89 minutes pass
    Then the session is ACTIVE (DM-TIME-004, DM-TIME-005)
    And "ACT01-Elastic" has used 60 tokens (DM-TIME-004, DM-TIME-005)
    When 2 minutes pass
    Then the session is TERMINATED
    And "ACT01-Elastic" has used 30 tokens (DM-TIME-005)

  @DM-HB-002 @clock
  Scenario: A heartbeat after the window is refused
    When 91 minutes pass
    And the client sends a heartbeat
    Then the heartbeat is refused

  @DM-SES-056 @clock
  Scenario: A session that missed its heartbeat takes no further request
    When 91 minutes pass
    And LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    Then the answer follows the reading "session.ended.http"
    And "ACT01-Elastic" has used 30 tokens

  @DM-TIME-004 @DM-TIME-005 @clock
  Scenario: Every automatic charge asks for a heartbeat of its own
    When 75 minutes pass
    And the client sends a heartbeat
    And 76 minutes pass
    Then the session is TERMINATED
    And "ACT01-Elastic" has used 60 tokens (DM-TIME-005)

  @DM-HB-010 @clock
  Scenario: A heartbeat before the automatic charge does not count
    When 50 minutes pass
    And the client sends a heartbeat
    And 41 minutes pass
    Then the session is TERMINATED
    And "ACT01-Elastic" has used 30 tokens

  @DM-HB-009 @clock
  Scenario: A heartbeat before the first automatic charge is accepted although none is due
    When 30 minutes pass
    And the client sends a heartbeat
    Then the heartbeat is accepted
    And "ACT01-Elastic" has used 30 tokens

  @DM-SES-034 @DM-TIME-005 @clock
  Scenario: Reading the session is not a heartbeat
    When 75 minutes pass
    And the session is read
    And 16 minutes pass
    Then the session is TERMINATED
    And "ACT01-Elastic" has used 30 tokens (DM-TIME-005)

  @DM-HB-011 @DM-HB-012 @clock
  Scenario: More heartbeats than needed change neither charges nor schedule
    When 65 minutes pass
    And the client sends a heartbeat
    And 10 minutes pass
    And the client sends a heartbeat
    Then the heartbeat is accepted (DM-HB-011)
    When 44 minutes pass
    Then "ACT01-Elastic" has used 60 tokens
    When 2 minutes pass
    Then "ACT01-Elastic" has used 90 tokens

  @DM-TIME-006 @clock
  Scenario: A granted request inside the window takes the duty away
    When 80 minutes pass
    And LisaBarry requests in the session:
      | item     | version | count |
      | CADPrint | 2.0     | 2     |
    And 11 minutes pass
    Then the session is ACTIVE
    And "ACT01-Elastic" has used 54 tokens

  @DM-AUTH-A01 @DM-AUTH-A03 @clock @site
  Scenario: A client token that names its instance in the header sends heartbeats
    Given a client token for the instance
    When 75 minutes pass
    And the client sends a heartbeat
    Then the heartbeat is accepted
