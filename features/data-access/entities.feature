@producer
Feature: Reports of other entities

  @DAPI-024 @site
  Scenario: A page has 500 rows unless it is told otherwise, and never more than 2500
    Given 2600 accounts in the warehouse
    When the "account" report is pulled
    Then the report has 500 rows
    When the "account" report is pulled with:
      | parameter    | value |
      | limitRecords | 2500  |
    Then the report has 2500 rows
    When the "account" report is pulled with:
      | parameter    | value |
      | limitRecords | 2501  |
    Then the report has at most 2500 rows

  @DAPI-035 @DAPI-042 @site
  Scenario: Names with a period
    Given the warehouse holds as "entitlement":
      """
      [{"ActivationID": "ACT-1", "CustomersAndPartners.EndCustomerAccountID": "ACME", "LastModifiedDate": $DAYS_AGO(0.5)},
       {"ActivationID": "ACT-2", "CustomersAndPartners.EndCustomerAccountID": "GLOBEX", "LastModifiedDate": $DAYS_AGO(0.5)}]
      """
    When the "entitlement" report is pulled with:
      | parameter | value                          |
      | query     | {"accountID":{"$eq":"GLOBEX"}} |
    Then the report rows are (DAPI-035):
      | ActivationID |
      | ACT-2        |
    And every report row has the fields (DAPI-042):
      | field                                     |
      | CustomersAndPartners.EndCustomerAccountID |
    And the form of "CustomersAndPartners.EndCustomerAccountID" is read

  @DAPI-043 @site
  Scenario: Cells with commas, quotation marks and nothing in them
    Given the warehouse holds as "account":
      """
      [{"AccountID": "A", "AccountName": "Globex, \"West\"", "City": null, "LastUpdated": $DAYS_AGO(0.5)}]
      """
    When the "account" report is pulled with:
      | parameter | value |
      | format    | csv   |
    Then the CSV report has 1 line below the fields:
      | field       |
      | AccountID   |
      | AccountName |

  @DAPI-078 @site
  Scenario: Attributes that the producer defines
    Given the warehouse holds as "account":
      """
      [{"AccountID": "ACME", "OrgUnitCustomAttribute": {"Segment": "Print"}, "LastUpdated": $DAYS_AGO(0.5)}]
      """
    When the "account" report is pulled
    Then every report row has the attribute "Segment" of "Print" in "OrgUnitCustomAttribute"
