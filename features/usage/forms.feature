@producer
Feature: Forms of usage rows
  The published pages write the same thing in several ways: an empty value, a time, a line item. Reports must read all
  of them, and the producer wants to know which ones to expect. What no page shows is wrong.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
      | CADPrint   | 2.0     | 7    |
    And a line item "ACT01" of 1000 tokens

  @WH-USAGE-001 @WH-USAGE-C01 @usage
  Scenario: How an empty value is written
    When LisaBarry requests 1 of "PhotoAlbum" "1.0"
    Then every usage row holds (WH-USAGE-001):
      | column        | value |
      | ACTIVATION_ID |       |
      | SESSION_ID    |       |
      | METER_COST    |       |
    And the usage rows follow the reading "usage.empty" (WH-USAGE-C01)

  @WH-USAGE-002 @WH-USAGE-C02 @usage
  Scenario: How the line item is written
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then the usage rows are (WH-USAGE-002):
      | item       | line item |
      | PhotoPrint | ACT01     |
    And the usage rows follow the reading "usage.line_item" (WH-USAGE-C02)

  @WH-USAGE-003 @WH-USAGE-C04 @usage
  Scenario: How times are written
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then the usage rows follow the reading "usage.time"

  @WH-USAGE-004 @WH-USAGE-C05 @usage
  Scenario: How JSON is written
    When LisaBarry requests:
      | item       | version | count | metaData            |
      | PhotoPrint | 1.0     | 10    | {"project": "P-17"} |
    Then the usage rows name the series "PublicationApps" and the version "1"
    And the usage rows follow the reading "usage.json" (WH-USAGE-004)

  @WH-USAGE-005 @WH-USAGE-C09 @usage
  Scenario: How result codes are written
    When LisaBarry requests:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | PhotoAlbum | 1.0     | 1     |
    Then the usage rows are (WH-USAGE-005):
      | item       | code |
      | PhotoPrint | 101  |
      | PhotoAlbum | 201  |
    And the usage rows follow the reading "usage.code" (WH-USAGE-C09)

  @WH-USAGE-006 @usage
  Scenario: How the version of a rate table is written
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then the usage rows name the series "PublicationApps" and the version "1"
    And the usage rows follow the reading "usage.table_version"

  @WH-USAGE-008 @usage
  Scenario: Which total the rows of one request show
    When LisaBarry requests:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | CADPrint   | 2.0     | 2     |
    Then the usage rows follow the reading "usage.used"
    And every usage row keeps the usage rules

  @WH-USAGE-009 @WH-USAGE-017 @clock @usage
  Scenario: How a refund is told
    Given a session
    And LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    When 20 minutes pass
    And the client closes the session
    Then the usage rows follow the reading "usage.refund"
    And every usage row keeps the usage rules (WH-USAGE-017)

  @WH-USAGE-010 @usage
  Scenario: Rows of elastic usage have all columns of the page about it
    Given a session
    And LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    When LisaBarry requests:
      | item     | version | count | metaData            |
      | CADPrint | 2.0     | 2     | {"project": "P-17"} |
    Then the usage rows have the columns of elastic usage
    And the usage rows follow the reading "usage.columns"

  @WH-USAGE-011 @WH-USAGE-C15 @usage
  Scenario: Which names the columns have
    When LisaBarry requests:
      | item       | version | count | metaData            |
      | PhotoPrint | 1.0     | 10    | {"project": "P-17"} |
    Then the usage rows are:
      | item       | tokens | metadata            |
      | PhotoPrint | 30     | {"project": "P-17"} |
    And the usage rows follow the reading "usage.names" (WH-USAGE-011)

  @WH-USAGE-C06 @usage
  Scenario: Which tokens a denied row shows
    When LisaBarry requests 1 of "PhotoAlbum" "1.0"
    Then the tokens of denied rows are read

  @WH-USAGE-098 @WH-USAGE-041 @site @usage
  Scenario: What the row of an item with a formula shows as its cost
    Given the API is spoken in version v1.1
    And the producer creates the rate table:
      """
      {"series": "Computed", "version": "1", "effectiveFrom": $DAYS_AGO(30),
       "items": [{"name": "Sheets", "formula": "2+3*4"}]}
      """
    And line items:
      | line item | tokens | series   |
      | ACT02     | 1000   | Computed |
    When LisaBarry requests 1 of "Sheets"
    Then the usage rows are:
      | item   | quantity | tokens | line item |
      | Sheets | 1        | 14     | ACT02     |
    And the cost of an item with a formula is read (WH-USAGE-098)
