@client
Feature: Refused requests in a session
  With each request the client says what a denial does: keep working with what it has, or stop and get the rest of
  the hour back. An application that asked for the first must not lose its session, nor pay on after the second.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
      | CADPrint   | 2.0     | 7    |
    And a line item "ACT01-Elastic" of 105 tokens
    And a session
    And LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    When 75 minutes pass
    And the client sends a heartbeat
    And 55 minutes pass
    And the client sends a heartbeat
    And 10 minutes pass

  @DM-SES-048 @DM-SES-041 @clock
  Scenario: A denial with rollback leaves the session as it was
    When LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | CADPrint   | 2.0     | 2     |
    Then the request is refused (DM-SES-041)
    And the session is ACTIVE (DM-SES-048)
    And the session uses (DM-SES-048):
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    And "ACT01-Elastic" has used 90 tokens

  @DM-SES-048 @DM-TIME-003 @clock
  Scenario: After a denial with rollback the session ends at the next charge that it cannot pay
    When LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | CADPrint   | 2.0     | 2     |
    And 39 minutes pass
    Then the session is ACTIVE (DM-SES-048)
    When 2 minutes pass
    Then the session is TERMINATED
    And "ACT01-Elastic" has used 90 tokens

  @DM-SES-048 @DM-TIME-001 @clock
  Scenario: A denial with rollback keeps the schedule of the automatic charges
    When the line item "ACT01-Elastic" is changed to 1000 tokens
    And LisaBarry requests in the session:
      | item       | version | count |
      | PhotoAlbum | 1.0     | 1     |
    Then the request is refused (DM-SES-048)
    When 39 minutes pass
    Then "ACT01-Elastic" has used 90 tokens
    When 2 minutes pass
    Then "ACT01-Elastic" has used 120 tokens

  @DM-SES-050 @DM-REF-002 @clock
  Scenario: A denial without rollback ends the session and refunds the rest of the hour
    When LisaBarry requests in the session without rollback:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | CADPrint   | 2.0     | 2     |
    Then the request is refused (DM-SES-050)
    And the session is TERMINATED (DM-SES-050)
    And "ACT01-Elastic" has used 70 tokens

  @DM-SES-050 @DM-TIME-003 @clock
  Scenario: After a denial without rollback nothing is charged any more
    When LisaBarry requests in the session without rollback:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | CADPrint   | 2.0     | 2     |
    And 41 minutes pass
    Then "ACT01-Elastic" has used 70 tokens

  @DM-SES-050 @DM-SES-056 @clock
  Scenario: After a denial without rollback the session takes no further request
    When LisaBarry requests in the session without rollback:
      | item       | version | count |
      | PhotoAlbum | 1.0     | 1     |
    And LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 1     |
    Then the answer follows the reading "session.ended.http"
    And "ACT01-Elastic" has used 70 tokens

  @DM-SES-042 @clock
  Scenario: A granted request without rollback is a request like any other
    When LisaBarry requests in the session without rollback:
      | item     | version | count |
      | CADPrint | 2.0     | 2     |
    Then the request is granted
    And the session is ACTIVE
    And "ACT01-Elastic" has used 84 tokens

  @DM-SES-049 @clock
  Scenario: A denial with rollback leaves an idle session idle
    When the session is halted
    And LisaBarry requests in the session:
      | item     | version | count |
      | CADPrint | 2.0     | 10    |
    Then the request is refused
    And the session is IDLE
    And "ACT01-Elastic" has used 70 tokens

  @DM-SES-051 @clock
  Scenario: A denial without rollback ends an idle session
    When the session is halted
    And LisaBarry requests in the session without rollback:
      | item     | version | count |
      | CADPrint | 2.0     | 10    |
    Then the request is refused
    And the session is TERMINATED
    And "ACT01-Elastic" has used 70 tokens
