@DM-GEN-001
Feature: Wrong expectations of sessions
  Each last line says what is not so, and has to fail.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a line item "ACT01" of 1000 tokens
    And a session
    And LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |

  Scenario: The session is in another state
    Then the session is IDLE

  Scenario: The session uses another quantity
    Then the session uses:
      | item       | version | count |
      | PhotoPrint | 1.0     | 11    |

  Scenario: A session in use is called unused
    Then the session uses nothing

  Scenario: A refused heartbeat is called accepted
    When the client closes the session
    And the client sends a heartbeat
    Then the heartbeat is accepted

  Scenario: An accepted heartbeat is called refused
    When the client sends a heartbeat
    Then the heartbeat is refused

  Scenario: A closed session is called listed
    When the client closes the session
    And the live sessions are listed
    Then the session is listed

  Scenario: A live session is called missing
    When the live sessions are listed
    Then the session is not listed

  Scenario: Another number of sessions is listed
    When the live sessions are listed
    Then 2 sessions are listed

  Scenario: The session was charged for another time
    When the live sessions are listed
    Then the session was charged until 45 minutes

  Scenario: The charge was taken another number of times
    Then "ACT01" has used the charge of the session 2 times

  Scenario: An answer without a session has no session ID
    When the live sessions are listed
    Then the session ID is a UUID

  Scenario: Sessions are listed on a page
    When the live sessions are listed with "size" 1
    Then no page of the 3 sessions is answered

  Scenario: The session that was opened first is listed
    When the live sessions are listed
    Then the session that was opened first is not listed

  Scenario: Heartbeats on an ended session are refused without a lock
    When the client closes the session
    And 20 clients each request in the session and send a heartbeat at the same time:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    Then no heartbeat is refused but for a lock

  Scenario: An answer speaks of a refund
    When refund requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    Then the answer speaks of no refund

  @clock
  Scenario: There are fewer charges
    When 61 minutes pass
    Then the 3 charges have correlation IDs of their own

  Scenario: The answer names another state
    When the client closes the session
    And the client sends a heartbeat
    Then the answer names the state "FAILED"
