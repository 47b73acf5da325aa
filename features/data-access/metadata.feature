@producer
Feature: What can be asked of reports

  @DAPI-007 @DAPI-015
  Scenario: The groups
    When "report-names" of the Data Access API is read
    Then the answer names:
      | name            |
      | account         |
      | user            |
      | entitlement     |
      | device          |
      | served-device   |
      | product-feature |
      | fulfillment     |
      | usage           |

  @DAPI-009 @DAPI-035
  Scenario: The filters of a group
    When "report-types/entitlement" of the Data Access API is read
    Then the data of the answer name:
      | name          |
      | entitlementID |
      | activationID  |
      | productName   |
      | partNumber    |
      | accountID     |
      | accountName   |

  @DAPI-010
  Scenario: The filters of every group
    When "global-filters" of the Data Access API is read
    Then the answer names:
      | name         |
      | dateFrom     |
      | dateTo       |
      | pastDays     |
      | format       |
      | limitRecords |
      | pageNumber   |
      | mode         |

  @DAPI-046
  Scenario: A group that does not exist
    When the "no-such-group" report is pulled
    Then the answer follows the reading "data_access.unknown_group.http"

  @DAPI-046
  Scenario: A query that is no JSON
    When the "usage" report is pulled with:
      | parameter | value |
      | query     | {     |
    Then the answer follows the reading "data_access.invalid.http"

  @DAPI-012
  Scenario: The reference for people
    When the page "swagger-ui.html" of the Data Access API is opened
    Then a page for people comes
