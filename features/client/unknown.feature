@client
Feature: Asking for what is not there
  A client that has lost its session, or was given a wrong ID, must learn so from the status. Which one it is, is
  left open in places; that it is an error is not.

  @DM-SES-033
  Scenario: The status of a session that was never opened
    When a session that was never opened is read
    Then the answer follows the reading "session.unknown.http"

  @DM-HB-007
  Scenario: The status of a heartbeat to a session that was never opened
    When a heartbeat is sent to a session that was never opened
    Then the answer follows the reading "heartbeat.unknown.http"

  @DM-GEN-011
  Scenario: The status of a list for an instance that was never created
    When the live sessions of an instance that was never created are listed
    Then the answer follows the reading "list.unknown_instance.http"

  @DM-SES-023
  Scenario: A list of sessions is a list for an instance
    When the live sessions are listed without naming an instance
    Then the answer has status 400

  @DM-ERR-A03
  Scenario: The status of a request that does not call itself JSON
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a line item "ACT01" of 1000 tokens
    When the client sends the access request as "text/plain":
      """
      {"requester": {"type": "user", "value": "LisaBarry"},
       "requestedItems": [{"item": "PhotoPrint", "version": "1.0", "count": 1}]}
      """
    Then the answer follows the reading "content_type.http"

  @DM-SES-035 @site
  Scenario: A session on which the server failed is FAILED
    Given an instance of account "GLOBEX"
    And a session
    When the server fails on the session
    And the session is read
    Then the answer holds:
      | path  | value  |
      | state | FAILED |

  @DM-SES-056 @site
  Scenario: A failed session takes no request
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a line item "ACT01" of 1000 tokens
    And a session
    When the server fails on the session
    And LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    Then the answer follows the reading "session.ended.http"
    And "ACT01" has used 0 tokens

  @DM-HB-002 @DM-SES-022 @site
  Scenario: A failed session takes no heartbeat and is not listed
    Given an instance of account "GLOBEX"
    And a session
    When the server fails on the session
    And the client sends a heartbeat
    Then the heartbeat is refused (DM-HB-002)
    When the live sessions are listed
    Then the answer holds a list of 0 (DM-SES-022)
