@client
Feature: What the documents leave open about sessions
  Some answers about sessions are not settled by any published text. Each legal one is accepted, as long as money
  and state are right, and the one seen is reported so that client applications can be written for it.

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

  @DM-SES-053
  Scenario: The status of a refused session request
    When LisaBarry requests in the session:
      | item       | version | count |
      | PhotoAlbum | 1.0     | 1     |
    Then the request is refused
    And the answer follows the reading "session.denied.http"

  @DM-SES-057 @clock
  Scenario: The status of a request in a session that has ended
    When 20 minutes pass
    And the client closes the session
    And LisaBarry requests in the session:
      | item     | version | count |
      | CADPrint | 2.0     | 2     |
    Then the answer follows the reading "session.ended.http"
    And "ACT01-Elastic" has used 10 tokens

  @DM-SES-074 @clock
  Scenario: The status of closing a session twice
    When 20 minutes pass
    And the client closes the session
    And 10 minutes pass
    And the client closes the session
    Then the answer follows the reading "session.close_again.http"
    And "ACT01-Elastic" has used 10 tokens

  @DM-SES-047 @clock
  Scenario: The status of halting a session that is halted already
    When 20 minutes pass
    And the session is halted
    And the session is halted
    Then the answer follows the reading "session.empty_put_idle.http"
    And the session is IDLE
    And "ACT01-Elastic" has used 10 tokens

  @DM-SES-032 @clock
  Scenario: The items that an ended session shows
    When 20 minutes pass
    And the client closes the session
    Then the items of the ended session are read

  @DM-SES-025 @clock
  Scenario: The time until which a session is shown to be charged
    When 20 minutes pass
    And the live sessions are listed
    Then the session was charged until 60 minutes

  @DM-HB-008 @clock
  Scenario: The status of a heartbeat of a halted session
    When 20 minutes pass
    And the session is halted
    And the client sends a heartbeat
    Then the answer follows the reading "heartbeat.idle.http"
    And the session is IDLE

  @DM-SES-058 @clock
  Scenario: Whether the refund of the old items helps to pay for the new ones
    When the line item "ACT01-Elastic" is changed to 115 tokens
    And 75 minutes pass
    And the client sends a heartbeat
    And 65 minutes pass
    And LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | CADPrint   | 2.0     | 2     |
    Then the refund is seen to pay or not to pay the new charge
    And what "ACT01-Elastic" has used tells the reading "session.refund_pays":
      | used | value |
      | 114  | yes   |
      | 90   | no    |

  @DM-AUTH-A03 @DM-AUTH-A06 @site
  Scenario: The status of a client token without the instance header
    Given a client token for the instance
    When the session is read with a client token but without the instance header
    Then the answer follows the reading "token.no_instance_header.http"

  @DM-USE-002 @clock @usage
  Scenario: Whether the refund rows of a change share the correlation ID of its request
    When 20 minutes pass
    And LisaBarry requests in the session:
      | item     | version | count |
      | CADPrint | 2.0     | 2     |
    Then the correlation IDs of refunds are read

  @WH-USAGE-063 @clock @usage
  Scenario: Whether an automatic charge that fails leaves rows
    When the line item "ACT01-Elastic" is changed to 50 tokens
    And 61 minutes pass
    Then the session is TERMINATED
    And the rows of the failed automatic charge are read
