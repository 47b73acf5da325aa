@producer
Feature: Usage reports
  The producer bills from the usage report, so that it has to show every charge once, and only to those who may see it.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
      | CADPrint   | 2.0     | 7    |
      | WebPrint   | 1.0     | 5    |
    And a line item "ACT01" of 1000 tokens
    And LisaBarry requests:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | CADPrint   | 2.0     | 2     |
      | WebPrint   | 1.0     | 1     |

  @DAPI-006 @DAPI-008 @DAPI-038 @DAPI-044 @DAPI-095 @usage @site
  Scenario: A report shows the charges
    When the "usage" report is pulled
    Then the report rows are (DAPI-006, DAPI-008, DAPI-038):
      | Item       | itemQuantity | meterQuantity | meterType |
      | PhotoPrint | 10           | 30            | elastic   |
      | CADPrint   | 2            | 14            | elastic   |
      | WebPrint   | 1            | 5             | elastic   |
    And every report row can be billed (DAPI-095)
    And no report row has the field "TENANT_ID" (DAPI-044)

  @DAPI-017 @DAPI-018 @usage @site
  Scenario: Password and token are both good
    When the "usage" report is pulled by password
    Then the report has 3 rows (DAPI-017)
    When the "usage" report is pulled by token
    Then the report has 3 rows (DAPI-018)

  @DAPI-024 @DAPI-025 @usage @site
  Scenario: Pages are counted from 1
    When the "usage" report is pulled with:
      | parameter    | value |
      | limitRecords | 2     |
      | pageNumber   | 1     |
    Then the report has 2 rows
    When the "usage" report is pulled with:
      | parameter    | value |
      | limitRecords | 2     |
      | pageNumber   | 2     |
    Then the report has 1 row

  @DAPI-094 @usage @site
  Scenario: Past the end there is an empty page
    When the "usage" report is pulled with:
      | parameter  | value |
      | pageNumber | 2     |
    Then the report has 0 rows

  @DAPI-026 @DAPI-037 @DAPI-039 @usage @site
  Scenario: An interactive page says what is around it
    When the "usage" report is pulled with:
      | parameter    | value       |
      | mode         | interactive |
      | limitRecords | 2           |
    Then the header counts 3 records on 2 pages (DAPI-026, DAPI-039)
    And the header links to the next page only (DAPI-037, DAPI-039)
    When the "usage" report is pulled with:
      | parameter    | value       |
      | mode         | INTERACTIVE |
      | limitRecords | 2           |
      | pageNumber   | 2           |
    Then the header links to the previous page only (DAPI-037, DAPI-039)

  @DAPI-037 @usage @site
  Scenario: A batch may link to its next page
    When the "usage" report is pulled with:
      | parameter    | value |
      | limitRecords | 2     |
    Then the links of the batch are read

  @DAPI-040 @DAPI-041 @usage @site
  Scenario: A walk by links sees every row once
    When the "usage" report is walked by its links with:
      | parameter    | value       |
      | mode         | INTERACTIVE |
      | limitRecords | 2           |
    Then the walk sees 3 different rows on 2 pages

  @DAPI-040 @DAPI-041 @DAPI-094 @usage @site
  Scenario: A walk by page numbers sees every row once
    When the "usage" report is walked by page numbers with:
      | parameter    | value |
      | limitRecords | 2     |
    Then the walk sees 3 different rows on 2 pages

  @DAPI-023 @DAPI-043 @usage @site
  Scenario: A report is JSON unless it is wanted in CSV
    When the "usage" report is pulled
    Then the report has 3 rows (DAPI-023)
    When the "usage" report is pulled with:
      | parameter | value |
      | format    | csv   |
    Then the CSV report has 3 lines below the fields (DAPI-043):
      | field         |
      | correlationId |
      | Item          |
      | meterQuantity |
