@client
Feature: Opening a session
  A client application opens a session before it uses items for a while. The server names the session, and
  opening it is free, so that an application can start long before its user does anything.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
      | SignPrint  | 1.0     | 4    |
      | CADPrint   | 2.0     | 7    |
    And an instance of account "GLOBEX"
    And a line item "ACT01-Elastic" of 1000 tokens

  @DM-SES-001 @DM-SES-010 @DM-SES-014 @task-10
  Scenario: A new session is answered with 200 and an ID made by the server
    When the client opens a session
    Then the answer has status 200 (DM-SES-001, DM-SES-014)
    And the answer holds (DM-SES-001, DM-SES-010):
      | path      | value |
      | sessionId | *     |
    And the session ID is a UUID (DM-SES-010)

  @DM-SES-011
  Scenario: A new session is idle and costs nothing
    When the client opens a session
    Then the session is IDLE
    And "ACT01-Elastic" has used 0 tokens

  @DM-SES-011 @clock
  Scenario: A session that requests nothing costs nothing and needs no heartbeat
    Given a session
    When 151 minutes pass
    Then the session is IDLE
    And "ACT01-Elastic" has used 0 tokens

  @DM-SES-030
  Scenario: A new session uses no items
    Given a session
    Then the session uses nothing

  @DM-SES-012
  Scenario: A session cannot be opened for something that is no instance ID
    When the client opens a session for instance "GLOBEX"
    Then the answer has status 400

  @DM-SES-012
  Scenario: A session cannot be opened without naming an instance
    When the client opens a session without naming an instance
    Then the answer has status 400

  @DM-SES-013
  Scenario: A session cannot be opened for an instance that does not exist
    When the client opens a session for instance "5f0c2a52-7c1e-4f3b-9d55-0b6f3c1a9e47"
    Then the answer has status 400

  @DM-AUTH-A01 @DM-AUTH-A03 @site
  Scenario: A client token that names its instance in the header opens a session
    Given a client token for the instance
    When the client opens a session
    Then the answer has status 200
    And the session is IDLE
