@producer
Feature: The days of a report

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a line item "ACT01" of 1000 tokens
    And LisaBarry requests 10 of "PhotoPrint" "1.0"

  @DAPI-022 @usage @site @clock
  Scenario: A report goes back one day unless it is told otherwise
    When 3 days pass
    And the "usage" report is pulled
    Then the report has 0 rows
    When the "usage" report is pulled with:
      | parameter | value |
      | pastDays  | 5     |
    Then the report has 1 row

  @DAPI-021 @usage @site @clock
  Scenario: A report ends with its last day
    When 9 days pass
    And LisaBarry requests 2 of "PhotoPrint" "1.0"
    And the "usage" report is pulled with:
      | parameter | value     |
      | dateFrom  | $DATE(-2) |
      | dateTo    | $DATE(4)  |
    Then the report rows are:
      | itemQuantity |
      | 10           |

  @DAPI-020 @usage @site @clock
  Scenario: A report begins with its first day
    When 9 days pass
    And LisaBarry requests 2 of "PhotoPrint" "1.0"
    And the "usage" report is pulled with:
      | parameter | value     |
      | dateFrom  | $DATE(4)  |
      | dateTo    | $DATE(11) |
    Then the report rows are:
      | itemQuantity |
      | 2            |

  @DAPI-022 @usage @site @clock
  Scenario: Dates count and not the days before now
    When 9 days pass
    And the "usage" report is pulled with:
      | parameter | value     |
      | dateFrom  | $DATE(-2) |
      | dateTo    | $DATE(4)  |
      | pastDays  | 1         |
    Then the report has 1 row

  @DAPI-021 @usage @site @clock
  Scenario: No report covers more than 30 days
    When 35 days pass
    And LisaBarry requests 2 of "PhotoPrint" "1.0"
    And the "usage" report is pulled with:
      | parameter | value     |
      | dateFrom  | $DATE(-1) |
      | dateTo    | $DATE(37) |
    Then the report has at most 1 row

  @DAPI-028 @usage @site @clock
  Scenario: Whether the last day belongs to the report
    When 2 days pass
    And the "usage" report is pulled with:
      | parameter | value     |
      | dateFrom  | $DATE(-1) |
      | dateTo    | $DATE(0)  |
    Then the end of the range is read
