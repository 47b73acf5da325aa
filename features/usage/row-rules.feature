@producer
Feature: Rules that all usage rows keep
  Reports rest on usage rows that fit together: tokens that are rate times quantity, totals within the quantity and
  its overdraft, denied rows that charge nothing. Every row is held against the published rules.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
      | SignPrint  | 1.0     | 4    |
      | CADPrint   | 2.0     | 7    |

  @DM-CODE-001 @WH-USAGE-052 @WH-USAGE-038 @WH-USAGE-055 @WH-USAGE-085 @usage
  Scenario: Charges are metered in elastic tokens, at rate times quantity
    Given a line item "ACT01" of 1000 tokens
    When LisaBarry requests:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | CADPrint   | 2.0     | 2     |
      | SignPrint  | 1.0     | 0.25  |
    Then the request is granted (DM-CODE-001)
    And every usage row keeps the usage rules (WH-USAGE-*)

  @DM-CODE-003 @DM-OD-003 @WH-USAGE-052 @WH-USAGE-053 @WH-USAGE-038 @usage
  Scenario: Denied items are metered in elastic tokens too, and charge none
    Given a line item "ACT01" of 20 tokens
    When LisaBarry requests:
      | item       | version | count |
      | PhotoAlbum | 1.0     | 1     |
      | CADPrint   | 2.0     | 3     |
    Then the request is refused (DM-CODE-003, DM-OD-003)
    And every usage row keeps the usage rules (WH-USAGE-*)

  @DM-LI-A23 @WH-USAGE-055 @WH-USAGE-057 @usage
  Scenario: A charge split over line items names one of them in each row
    Given line items:
      | line item | tokens | ends        |
      | ACT01     | 10     | in 100 days |
      | ACT02     | 100    | in 200 days |
    When LisaBarry requests:
      | item       | version | count |
      | PhotoPrint | 1.0     | 1     |
      | CADPrint   | 2.0     | 8     |
    Then 59 tokens are charged (DM-LI-A23)
    And every usage row keeps the usage rules (WH-USAGE-*)

  @WH-USAGE-058 @usage
  Scenario: A total may pass the quantity by no more than the overdraft
    Given line items:
      | line item | tokens | overdraft |
      | ACT01     | 10     | 5         |
    When LisaBarry requests 2 of "CADPrint" "2.0"
    And LisaBarry requests 1 of "PhotoPrint" "1.0"
    Then the usage rows are:
      | item       | entitled | tokens | used | code         |
      | CADPrint   | 10       | 14     | 14   | 101          |
      | PhotoPrint |          | 0      |      | insufficient |
    And every usage row keeps the usage rules

  @WH-USAGE-058 @usage
  Scenario: A total has no bound under an unlimited overdraft
    Given line items:
      | line item | tokens | overdraft |
      | ACT01     | 10     | Unlimited |
    When LisaBarry requests 100 of "CADPrint" "2.0"
    Then the usage rows are:
      | item     | entitled | tokens | used |
      | CADPrint | 10       | 700    | 700  |
    And every usage row keeps the usage rules

  @WH-USAGE-060 @WH-USAGE-061 @usage
  Scenario: Rate table and client data are JSON objects
    Given a line item "ACT01" of 1000 tokens
    When LisaBarry requests:
      | item       | version | count | metaData                            |
      | PhotoPrint | 1.0     | 10    | {"job": {"id": 7, "urgent": true}}  |
      | CADPrint   | 2.0     | 2     | {"title": "Bridge A", "cost": 12.5} |
    Then the usage rows name the series "PublicationApps" and the version "1" (WH-USAGE-060)
    And every usage row keeps the usage rules

  @WH-USAGE-079 @DM-ACC-013 @usage @clock
  Scenario: One-off usage is not given back, however long ago
    Given a line item "ACT01" of 1000 tokens
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    And 121 minutes pass
    Then the usage rows are:
      | item       | line item | tokens | used |
      | PhotoPrint | ACT01     | 30     | 30   |
    And every usage row keeps the usage rules (WH-USAGE-079)
