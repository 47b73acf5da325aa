@client
Feature: Requesting items in a session
  A session request is granted as a whole or not at all, and a granted one is charged for a full hour at once.
  A client must be able to tell from the answer which item stood in the way.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
      | SignPrint  | 1.0     | 4    |
      | CADPrint   | 2.0     | 7    |
    And a line item "ACT01-Elastic" of 1000 tokens
    And a session

  @DM-SES-042 @DM-CODE-001 @DM-ACC-012 @task-11
  Scenario: A granted request is charged for a full hour at once
    When LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | CADPrint   | 2.0     | 2     |
    Then the items are answered (DM-SES-042, DM-CODE-001):
      | item       | code | tokens | line items        | rate |
      | PhotoPrint | 101  | 30     | ACT01-Elastic: 30 | 3    |
      | CADPrint   | 101  | 14     | ACT01-Elastic: 14 | 7    |
    And "ACT01-Elastic" has used 44 tokens (DM-SES-042, DM-ACC-012)

  @DM-SES-006 @DM-SES-042 @DM-SES-070
  Scenario: Three calls are enough to use items and to stop
    When LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | CADPrint   | 2.0     | 2     |
    Then the request is granted (DM-SES-042)
    And 44 tokens are charged (DM-SES-042)
    When the client closes the session
    Then the answer has status 200 (DM-SES-006, DM-SES-070)
    And the session is TERMINATED (DM-SES-006)

  @DM-SES-004
  Scenario: The answer repeats the requester and carries a correlation ID
    When LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    Then the answer has status 200
    And the answer holds:
      | path            | value     |
      | requester/type  | user      |
      | requester/value | LisaBarry |
      | correlationId   | *         |

  @DM-SES-045 @DM-SES-030
  Scenario: A granted request makes the session active with the granted items
    When LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | CADPrint   | 2.0     | 2     |
    Then the session is ACTIVE (DM-SES-045)
    And the session uses (DM-SES-030):
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | CADPrint   | 2.0     | 2     |

  @DM-ACC-017 @DM-SES-042
  Scenario: Half an item costs half its rate
    When LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 0.5   |
    Then 1.5 tokens are charged
    And "ACT01-Elastic" has used 1.5 tokens

  @DM-SES-041 @DM-SES-052 @DM-CODE-002 @DM-CODE-003 @DM-CODE-013
  Scenario: One unknown item refuses the whole request
    When LisaBarry requests in the session:
      | item       | version | count |
      | PhotoAlbum | 1.0     | 1     |
      | PhotoPrint | 1.0     | 5     |
    Then the request is refused (DM-SES-*, DM-CODE-002, DM-CODE-013)
    And the items are answered (DM-CODE-*):
      | item       | code | tokens |
      | PhotoAlbum | 201  | 0      |
      | PhotoPrint | 102  | 0      |
    And nothing is charged (DM-SES-*)
    And "ACT01-Elastic" has used 0 tokens (DM-SES-041)

  @DM-CODE-002 @DM-CODE-003 @DM-CODE-013
  Scenario: An item before the unknown one is blocked as well
    When LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 5     |
      | PhotoAlbum | 1.0     | 1     |
    Then the items are answered:
      | item       | code | tokens |
      | PhotoPrint | 102  | 0      |
      | PhotoAlbum | 201  | 0      |

  @DM-SES-041 @DM-CODE-002 @DM-SES-052
  Scenario: Too few tokens for one item refuse the whole request
    When the line item "ACT01-Elastic" is changed to 20 tokens
    And LisaBarry requests in the session:
      | item       | version | count |
      | CADPrint   | 2.0     | 3     |
      | PhotoPrint | 1.0     | 5     |
    Then the items are answered:
      | item       | code         | tokens |
      | CADPrint   | insufficient | 0      |
      | PhotoPrint | 102          | 0      |
    And "ACT01-Elastic" has used 0 tokens (DM-SES-041)

  @DM-ACC-027
  Scenario: A refused request is answered with the counts that were asked for
    When LisaBarry requests in the session:
      | item       | version | count |
      | PhotoAlbum | 1.0     | 1     |
      | PhotoPrint | 1.0     | 5     |
    Then the items are answered:
      | item       | code    | count |
      | PhotoAlbum | refused | 1     |
      | PhotoPrint | refused | 5     |

  @DM-SES-054
  Scenario: A request that does not say what a denial does is invalid and leaves the session as it was
    Given LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    When the client sends the session request:
      """
      {"requester": {"type": "user", "value": "LisaBarry"}, "requestedItems": [{"item": "CADPrint", "version": "2.0", "count": 2}]}
      """
    Then the answer has status 400
    And the session is ACTIVE
    And the session uses:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    And "ACT01-Elastic" has used 30 tokens

  @DM-SES-055 @DM-ACC-020 @DM-ERR-A02
  Scenario: An invalid request does not end the session even without rollback
    Given LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    When the client sends the session request:
      """
      {"rollbackOnDeny": false, "requestedItems": [{"item": "CADPrint", "version": "2.0", "count": 2}]}
      """
    Then the answer has status 400 (DM-ACC-020)
    And the session is ACTIVE (DM-SES-055)
    And "ACT01-Elastic" has used 30 tokens (DM-SES-055, DM-ERR-A02)

  @DM-AUTH-A01 @DM-AUTH-A03 @site
  Scenario: A client token that names its instance in the header requests items
    Given a client token for the instance
    When LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    Then the request is granted
    And "ACT01-Elastic" has used 30 tokens
