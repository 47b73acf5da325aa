@client
Feature: Halting and closing a session
  A user who takes a break halts the session and goes on later; a user who is done closes it. Both stop the
  charges at once, and only a halted session can be taken up again.

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

  @DM-SES-046 @DM-SES-045 @DM-REF-001 @clock
  Scenario: A halted session refunds the rest of the hour and can be resumed
    When 20 minutes pass
    And the session is halted
    Then "ACT01-Elastic" has used 10 tokens (DM-SES-046, DM-REF-001)
    And the session is IDLE (DM-SES-046)
    When 80 minutes pass
    And LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    Then "ACT01-Elastic" has used 40 tokens (DM-SES-046)
    And the session is ACTIVE (DM-SES-045)

  @DM-TIME-001 @DM-SES-044 @clock
  Scenario: A resumed session is charged an hour after it was resumed
    When 20 minutes pass
    And the session is halted
    And 80 minutes pass
    And LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    And 59 minutes pass
    Then "ACT01-Elastic" has used 40 tokens
    When 2 minutes pass
    Then "ACT01-Elastic" has used 70 tokens

  @DM-SES-046 @clock
  Scenario: A halted session is not charged and needs no heartbeat
    When 20 minutes pass
    And the session is halted
    And 131 minutes pass
    Then the session is IDLE
    And "ACT01-Elastic" has used 10 tokens

  @DM-SES-030 @clock
  Scenario: A halted session uses no items
    When 20 minutes pass
    And the session is halted
    Then the session uses nothing

  @DM-TIME-010 @clock
  Scenario: A session may be halted for 30 days
    When the session is halted
    And 29 days pass
    Then the session is IDLE
    When 2 days pass
    Then the session is TERMINATED

  @DM-TIME-008 @clock
  Scenario: Halting before the heartbeat is due refunds the rest of the hour only
    When 80 minutes pass
    And the session is halted
    And 11 minutes pass
    Then the session is IDLE
    And "ACT01-Elastic" has used 40 tokens

  @DM-SES-070 @DM-SES-006 @DM-SES-071 @task-13
  Scenario: Closing a session is answered with 200 and ends it
    When the client closes the session
    Then the answer has status 200 (DM-SES-070, DM-SES-006)
    And the session is TERMINATED (DM-SES-071)

  @DM-TIME-009 @clock
  Scenario: Closing before the heartbeat is due refunds the rest of the hour only
    When 80 minutes pass
    And the client closes the session
    Then "ACT01-Elastic" has used 40 tokens

  @DM-SES-072 @clock
  Scenario: Closing a halted session refunds nothing more
    When 20 minutes pass
    And the session is halted
    And 10 minutes pass
    And the client closes the session
    Then the session is TERMINATED
    And "ACT01-Elastic" has used 10 tokens

  @DM-SES-056 @DM-SES-073 @clock
  Scenario: A closed session takes no further request
    When 20 minutes pass
    And the client closes the session
    And LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    Then the answer follows the reading "session.ended.http"
    And "ACT01-Elastic" has used 10 tokens

  @DM-HB-002
  Scenario: A heartbeat of a closed session is refused
    When the client closes the session
    And the client sends a heartbeat
    Then the heartbeat is refused

  @DM-SES-031
  Scenario: A closed session can still be read
    When the client closes the session
    And the session is read
    Then the answer has status 200
    And the answer holds:
      | path      | value      |
      | sessionId | $SESSION   |
      | state     | TERMINATED |

  @DM-AUTH-A01 @DM-AUTH-A03 @site
  Scenario: A client token that names its instance in the header closes the session
    Given a client token for the instance
    When the client closes the session
    Then the answer has status 200
    And the session is TERMINATED

  @DM-AUTH-A01 @DM-AUTH-A03 @site
  Scenario: A client token that names its instance in the header reads the session
    Given a client token for the instance
    When the session is read
    Then the answer has status 200
    And the answer holds:
      | path      | value    |
      | sessionId | $SESSION |
      | state     | ACTIVE   |
