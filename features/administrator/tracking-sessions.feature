@administrator
Feature: Tracking live sessions
  The administrator of a customer watches which sessions run on an instance and thus spend its tokens. A list that
  hides live sessions or shows dead ones makes her look in the wrong place.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
      | SignPrint  | 1.0     | 4    |
      | CADPrint   | 2.0     | 7    |
    And an instance of account "GLOBEX"
    And a line item "ACT01-Elastic" of 1000 tokens

  @DM-SES-002 @DM-SES-024 @task-8
  Scenario: A new session is listed as idle with its times at zero
    Given a session
    When the live sessions are listed
    Then the answer has status 200 (DM-SES-002)
    And the answer holds a list of 1 (DM-SES-002)
    And the answer holds (DM-SES-002):
      | path                | value    |
      | 0/sessionId         | $SESSION |
      | 0/instanceId        | *        |
      | 0/state             | IDLE     |
    And the answer holds (DM-SES-024):
      | path                | value    |
      | 0/chargedUntil      | 0        |
      | 0/lastHeartBeat     | 0        |
      | 0/lastAccessRequest | 0        |

  @DM-SES-002 @DM-SES-045 @task-8
  Scenario: A session in use is listed as active
    Given a session
    And LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    When the live sessions are listed
    Then the answer holds:
      | path        | value    |
      | 0/sessionId | $SESSION |
      | 0/state     | ACTIVE   |

  @DM-SES-061 @clock @site
  Scenario: The list shows when the last request came
    Given a session
    When 10 minutes pass
    And LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    And 10 minutes pass
    And the live sessions are listed
    Then the answer holds:
      | path                | value         |
      | 0/lastAccessRequest | 1768435800000 |

  @DM-SES-061 @clock @site
  Scenario: The list shows when the last request came although it was denied
    Given a session
    When 10 minutes pass
    And LisaBarry requests in the session:
      | item       | version | count |
      | PhotoAlbum | 1.0     | 1     |
    And 10 minutes pass
    And the live sessions are listed
    Then the answer holds:
      | path                | value         |
      | 0/lastAccessRequest | 1768435800000 |

  @DM-SES-003
  Scenario: The details of a session show its state and its items
    Given a session
    And LisaBarry uses in the session:
      | item     | version | count |
      | CADPrint | 2.0     | 2     |
    When the session is read
    Then the answer has status 200
    And the answer holds:
      | path            | value    |
      | sessionId       | $SESSION |
      | instanceId      | *        |
      | state           | ACTIVE   |
      | items/0/item    | CADPrint |
      | items/0/version | "2.0"    |

  @DM-SES-021 @clock
  Scenario: The newest session comes first
    Given a session
    When 1 minute passes
    And the client opens a session
    And the live sessions are listed
    Then the answer holds a list of 2
    And the answer holds:
      | path        | value    |
      | 0/sessionId | $SESSION |

  @DM-SES-015 @DM-SES-020 @DM-SES-021
  Scenario: The list ends after 100 sessions, so that of 101 the oldest is left out
    Given 101 sessions (DM-SES-015)
    When the live sessions are listed
    Then 100 sessions are listed (DM-SES-020)
    And the session is listed (DM-SES-021)
    And the session that was opened first is not listed (DM-SES-021)

  @DM-SES-026
  Scenario: The list has no pages
    Given 3 sessions
    When the live sessions are listed with "size" 1
    Then no page of the 3 sessions is answered

  @DM-SES-022
  Scenario: A closed session is not listed
    Given a session
    When the client closes the session
    And the live sessions are listed
    Then the session is not listed

  @DM-SES-022 @DM-TIME-005 @clock
  Scenario: A session that missed its heartbeat is not listed
    Given a session
    And LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    When 89 minutes pass
    And the live sessions are listed
    Then the session is listed (DM-TIME-005)
    When 2 minutes pass
    And the live sessions are listed
    Then the session is not listed

  @DM-SES-002
  Scenario: The sessions of another instance are not listed
    Given a session
    And another instance of account "GLOBEX"
    And a session
    When the live sessions are listed
    Then the session is listed
    And the answer holds a list of 1

  @DM-SES-027
  Scenario: An instance without live sessions has an empty list
    When the live sessions are listed
    Then the answer has status 200
    And the answer holds a list of 0

  @DM-SES-002 @task-8
  Scenario: The address with the instance ID in place of a session ID
    Given a session
    When the live sessions are looked up at the address with the instance ID
    Then the answer follows the reading "sessions.by_instance.http"
