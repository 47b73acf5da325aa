@producer
Feature: Usage rows of sessions
  Bills and reports are made from usage rows, not from answers. Every charge of a session has to be there, the
  automatic ones too, with the state that the session was in afterwards, and nothing that was never charged.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
      | SignPrint  | 1.0     | 4    |
      | CADPrint   | 2.0     | 7    |
    And a line item "ACT01-Elastic" of 1000 tokens
    And a session

  @WH-USAGE-055 @WH-USAGE-023 @WH-USAGE-028 @WH-USAGE-035 @WH-USAGE-062 @WH-USAGE-039 @usage
  Scenario: A granted session request leaves one row for each item
    When LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | CADPrint   | 2.0     | 2     |
    Then the usage rows are (WH-USAGE-055, WH-USAGE-023, WH-USAGE-028, WH-USAGE-035, WH-USAGE-062):
      | item       | quantity | cost | line item     | tokens | code | session state | consumer  | entitled |
      | PhotoPrint | 10       | 3    | ACT01-Elastic | 30     | 101  | ACTIVE        | LisaBarry | 1000     |
      | CADPrint   | 2        | 7    | ACT01-Elastic | 14     | 101  | ACTIVE        | LisaBarry | 1000     |
    And the usage rows name the series "PublicationApps" and the version "1" (WH-USAGE-039)
    And every usage row keeps the usage rules (WH-USAGE-055, WH-USAGE-028, WH-USAGE-035, WH-USAGE-062)

  @WH-USAGE-019 @WH-USAGE-069 @usage
  Scenario: All rows of a session request carry the correlation ID of its answer
    When LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | CADPrint   | 2.0     | 2     |
    Then the usage rows carry the correlation ID of the answer

  @DM-USE-003 @WH-USAGE-042 @usage
  Scenario: The client's data travels with the rows of a session request
    When the client sends the session request:
      """
      {"requester": {"type": "user", "value": "LisaBarry"}, "rollbackOnDeny": true,
       "requestedItems": [{"item": "PhotoPrint", "version": "1.0", "count": 10, "metaData": {"project": "atlas"}}]}
      """
    Then the usage rows are:
      | item       | tokens | metadata             |
      | PhotoPrint | 30     | {"project": "atlas"} |

  @WH-USAGE-053 @DM-ACC-030 @WH-USAGE-041 @WH-USAGE-080 @WH-USAGE-064 @usage
  Scenario: A refused session request leaves a denied row for each item
    When LisaBarry requests in the session:
      | item       | version | count |
      | PhotoAlbum | 1.0     | 1     |
      | PhotoPrint | 1.0     | 5     |
    Then the usage rows are:
      | item       | quantity | cost | line item | tokens | used | code | session state | entitled |
      | PhotoAlbum | 1        |      |           | 0      |      | 201  | IDLE          |          |
      | PhotoPrint | 5        |      |           | 0      |      | 102  | IDLE          |          |
    And every usage row keeps the usage rules (WH-USAGE-*)

  @WH-USAGE-063 @WH-USAGE-034 @usage
  Scenario: Rows of a denial that ends the session show it as terminated
    When LisaBarry requests in the session without rollback:
      | item       | version | count |
      | PhotoAlbum | 1.0     | 1     |
    Then the usage rows are:
      | item       | tokens | code | session state |
      | PhotoAlbum | 0      | 201  | TERMINATED    |

  @WH-USAGE-063 @usage
  Scenario: Rows of a denial that an active session survives show it as active
    Given LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    When LisaBarry requests in the session:
      | item       | version | count |
      | PhotoAlbum | 1.0     | 1     |
    Then the usage rows are:
      | item       | line item     | tokens | code | session state |
      | PhotoPrint | ACT01-Elastic | 30     | 101  | ACTIVE        |
      | PhotoAlbum |               | 0      | 201  | ACTIVE        |

  @DM-TIME-001 @WH-USAGE-075 @WH-USAGE-072 @WH-USAGE-063 @WH-USAGE-060 @WH-USAGE-C19 @clock @usage
  Scenario: Each automatic charge leaves a row like the first one
    Given LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    When 75 minutes pass
    And the client sends a heartbeat
    And 46 minutes pass
    Then the usage rows are (DM-TIME-001, WH-USAGE-075, WH-USAGE-072, WH-USAGE-063, WH-USAGE-C19):
      | item       | quantity | cost | line item     | tokens | used | session state | entitled |
      | PhotoPrint | 10       | 3    | ACT01-Elastic | 30     | 30   | ACTIVE        | 1000     |
      | PhotoPrint | 10       | 3    | ACT01-Elastic | 30     | 60   | ACTIVE        | 1000     |
      | PhotoPrint | 10       | 3    | ACT01-Elastic | 30     | 90   | ACTIVE        | 1000     |
    And the usage rows name the series "PublicationApps" and the version "1" (WH-USAGE-060)
    And every usage row keeps the usage rules (WH-USAGE-*)

  @DM-TIME-002 @WH-USAGE-075 @clock @usage
  Scenario: An automatic charge leaves a row for each item in use
    Given LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | CADPrint   | 2.0     | 2     |
    When 61 minutes pass
    Then the last usage rows are:
      | item       | quantity | line item     | tokens | session state |
      | PhotoPrint | 10       | ACT01-Elastic | 30     | ACTIVE        |
      | CADPrint   | 2        | ACT01-Elastic | 14     | ACTIVE        |
    And "ACT01-Elastic" has used 88 tokens (DM-TIME-002)

  @WH-USAGE-084 @DM-SES-011 @usage
  Scenario: Opening a session leaves no row
    Then there are no usage rows

  @WH-USAGE-084 @DM-HB-011 @clock @usage
  Scenario: A heartbeat leaves no row
    Given LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    When 10 minutes pass
    And the client sends a heartbeat
    Then the usage rows are:
      | item       | tokens | used | session state |
      | PhotoPrint | 30     | 30   | ACTIVE        |
