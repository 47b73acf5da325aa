@client
Feature: Reaching a session
  A session belongs to its instance and not to the address that opened it. Clients of one customer may use another
  base or another version of the API, and several of them may meet at one session at the same instant.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a line item "ACT01-Elastic" of 1000 tokens

  @DM-SES-007 @DM-SES-008 @clock
  Scenario: A session lives its whole life below the second base
    When the client opens a session below the second base
    And LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    Then the request is granted
    And the session is ACTIVE
    When 20 minutes pass
    And the client sends a heartbeat
    Then the heartbeat is accepted
    When the client closes the session
    Then the answer has status 200
    And the session is TERMINATED
    And "ACT01-Elastic" has used 10 tokens

  @DM-SES-007 @DM-SES-008
  Scenario: A session that was opened below the second base is listed
    When the client opens a session below the second base
    And the live sessions are listed
    Then the session is listed
    And the answer holds a list of 1

  @DM-SES-009
  Scenario: Whether a session that was opened in version 1.0 can be read in version 1.1
    Given a session
    When the session is read in version v1.1
    Then whether the versions share sessions is read

  @DM-SES-062
  Scenario: Requests that meet at one session take effect one after the other
    Given a session
    When 20 clients each request in the session at the same time:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    Then whether the requests wait for each other is read
    And the session is ACTIVE
    And the session uses:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    And "ACT01-Elastic" has used 30 tokens

  @DM-HB-003
  Scenario: A heartbeat that meets a request is refused for a lock only
    Given a session
    And LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    When 20 clients each request in the session and send a heartbeat at the same time:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    Then no heartbeat is refused but for a lock
    And the session is ACTIVE
