@producer @one-version @site
Feature: Reports that are read together
  A report names records of another one. Whoever joins both has to find there what is named here.

  @DAPI-047 @DAPI-048 @DAPI-056
  Scenario Outline: The account of the <report> report
    Given the warehouse holds as "account":
      """
      [{"AccountID": "ACME", "AccountName": "Acme Publishing", "LastUpdated": $DAYS_AGO(0.5)},
       {"AccountID": "GLOBEX", "AccountName": "Globex", "LastUpdated": $DAYS_AGO(0.5)}]
      """
    And the warehouse holds as "<report>":
      """
      [{"<record>": "1", "<id>": "GLOBEX", "<name>": "Globex", "<changed>": $DAYS_AGO(0.5)}]
      """
    When the reports "account" and "<report>" are pulled
    Then every "<id>" of the second is an "AccountID" of the first (DAPI-047, DAPI-056)
    And every "<name>" of the second is an "AccountName" of the first (DAPI-048)

    Examples:
      | report        | record             | id                                        | name                                        | changed          |
      | device        | DeviceID           | DeviceAccountID                           | DeviceAccountName                           | LastModifiedDate |
      | served-device | ServedClientHostID | DeviceAccountID                           | DeviceAccountName                           | LastModifiedDate |
      | entitlement   | ActivationID       | CustomersAndPartners.EndCustomerAccountID | CustomersAndPartners.EndCustomerAccountName | LastModifiedDate |
      | fulfillment   | FulfillmentID      | AccountID                                 | AccountName                                 | LastModifiedDate |
      | user          | UserName           | AccountID                                 | AccountName                                 | LastUpdatedDate  |
      | downloads     | DownloadID         | AccountID                                 | AccountName                                 | DownloadEndTime  |

  @DAPI-057
  Scenario Outline: ID and name of the account of the <report> report
    Given the warehouse holds as "account":
      """
      [{"AccountID": "ACME", "AccountName": "Acme Publishing", "LastUpdated": $DAYS_AGO(0.5)},
       {"AccountID": "GLOBEX", "AccountName": "Globex", "LastUpdated": $DAYS_AGO(0.5)}]
      """
    And the warehouse holds as "<report>":
      """
      [{"<record>": "1", "<id>": "GLOBEX", "<name>": "Globex", "LastModifiedDate": $DAYS_AGO(0.5)}]
      """
    When the reports "account" and "<report>" are pulled
    Then every "<id>, <name>" of the second is an "AccountID, AccountName" of the first

    Examples:
      | report      | record        | id                                        | name                                        |
      | device      | DeviceID      | DeviceAccountID                           | DeviceAccountName                           |
      | entitlement | ActivationID  | CustomersAndPartners.EndCustomerAccountID | CustomersAndPartners.EndCustomerAccountName |
      | fulfillment | FulfillmentID | AccountID                                 | AccountName                                 |

  @DAPI-049 @DAPI-058
  Scenario Outline: The activation ID of the <report> report
    Given the warehouse holds as "entitlement":
      """
      [{"ActivationID": "ACT-1", "LastModifiedDate": $DAYS_AGO(0.5)}, {"ActivationID": "ACT-2", "LastModifiedDate": $DAYS_AGO(0.5)}]
      """
    And the warehouse holds as "<report>":
      """
      [{"<record>": "1", "ActivationID": "ACT-2", "LastModifiedDate": $DAYS_AGO(0.5)}]
      """
    When the reports "entitlement" and "<report>" are pulled
    Then every "ActivationID" of the second is an "ActivationID" of the first

    Examples:
      | report      | record        |
      | device      | DeviceID      |
      | fulfillment | FulfillmentID |

  @DAPI-050
  Scenario Outline: The entitlement ID of the <report> report
    Given the warehouse holds as "entitlement":
      """
      [{"ActivationID": "ACT-1", "EntitlementID": "1000000000000000001", "LastModifiedDate": $DAYS_AGO(0.5)}]
      """
    And the warehouse holds as "<report>":
      """
      [{"<record>": "1", "EntitlementID": "1000000000000000001", "<changed>": $DAYS_AGO(0.5)}]
      """
    When the reports "entitlement" and "<report>" are pulled
    Then every "EntitlementID" of the second is an "EntitlementID" of the first

    Examples:
      | report    | record     | changed          |
      | device    | DeviceID   | LastModifiedDate |
      | downloads | DownloadID | DownloadEndTime  |

  @DAPI-051
  Scenario: The server of a served device
    Given the warehouse holds as "device":
      """
      [{"DeviceID": "2000000000000000001", "LastModifiedDate": $DAYS_AGO(0.5)}]
      """
    And the warehouse holds as "served-device":
      """
      [{"ServedClientHostID": "00AA11BB22CC", "ServerHostID": "2000000000000000001", "LastModifiedDate": $DAYS_AGO(0.5)}]
      """
    When the reports "device" and "served-device" are pulled
    Then every "ServerHostID" of the second is a "DeviceID" of the first

  @DAPI-052
  Scenario Outline: The product of the <report> report
    Given the warehouse holds as "product-feature":
      """
      [{"ProductName": "Photo Suite", "ProductVersion": "1.0", "FeatureName": "photo", "FeatureLastModified": $DAYS_AGO(0.5)}]
      """
    And the warehouse holds as "<report>":
      """
      [{"<record>": "1", "ProductName": "Photo Suite", "ProductVersion": "1.0", "LastModifiedDate": $DAYS_AGO(0.5)}]
      """
    When the reports "product-feature" and "<report>" are pulled
    Then every "ProductName" of the second is a "ProductName" of the first
    And every "ProductName, ProductVersion" of the second is a "ProductName, ProductVersion" of the first

    Examples:
      | report      | record       |
      | device      | DeviceID     |
      | entitlement | ActivationID |

  @DAPI-052
  Scenario: The product of a fulfillment
    Given the warehouse holds as "product-feature":
      """
      [{"ProductName": "Photo Suite", "FeatureName": "photo", "FeatureLastModified": $DAYS_AGO(0.5)}]
      """
    And the warehouse holds as "fulfillment":
      """
      [{"FulfillmentID": "FUL-1", "ProductName": "Photo Suite", "LastModifiedDate": $DAYS_AGO(0.5)}]
      """
    When the reports "product-feature" and "fulfillment" are pulled
    Then every "ProductName" of the second is a "ProductName" of the first

  @DAPI-053
  Scenario: The feature that a served device uses
    Given the warehouse holds as "product-feature":
      """
      [{"FeatureName": "photo", "FeatureVersion": "2.0", "FeatureLastModified": $DAYS_AGO(0.5)}]
      """
    And the warehouse holds as "served-device":
      """
      [{"ServedClientHostID": "00AA11BB22CC", "FeatureName": "photo", "FeatureVersion": "2.0", "LastModifiedDate": $DAYS_AGO(0.5)}]
      """
    When the reports "product-feature" and "served-device" are pulled
    Then every "FeatureName, FeatureVersion" of the second is a "FeatureName, FeatureVersion" of the first

  @DAPI-054
  Scenario Outline: The part number of the <report> report
    Given the warehouse holds as "product-feature":
      """
      [{"ProductName": "Photo Suite", "SKU_NAME": "PS-1", "FeatureLastModified": $DAYS_AGO(0.5)}]
      """
    And the warehouse holds as "<report>":
      """
      [{"<record>": "1", "PartNumber": "PS-1", "LastModifiedDate": $DAYS_AGO(0.5)}]
      """
    When the reports "product-feature" and "<report>" are pulled
    Then every "PartNumber" of the second is a "SKU_NAME" of the first

    Examples:
      | report      | record        |
      | device      | DeviceID      |
      | entitlement | ActivationID  |
      | fulfillment | FulfillmentID |

  @DAPI-055
  Scenario Outline: <field> of the <report> report
    Given the warehouse holds as "entitlement":
      """
      [{"ActivationID": "ACT-1", "LicenseModel": "Nodelocked", "LastModifiedDate": $DAYS_AGO(0.5)}]
      """
    And the warehouse holds as "<report>":
      """
      [{"<record>": "1", "<field>": "Nodelocked", "LastModifiedDate": $DAYS_AGO(0.5)}]
      """
    When the reports "entitlement" and "<report>" are pulled
    Then every "<field>" of the second is a "LicenseModel" of the first

    Examples:
      | report      | record        | field         |
      | fulfillment | FulfillmentID | LicenseModel  |
      | device      | DeviceID      | LicenseModel1 |
      | device      | DeviceID      | LicenseModel2 |
      | device      | DeviceID      | LicenseModel3 |

  @DAPI-047 @DAPI-049 @DAPI-056 @DAPI-058 @DAPI-059 @usage
  Scenario: The line item and the account of a charge
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a line item "ACT01" of 1000 tokens
    And the warehouse holds as "entitlement":
      """
      [{"ActivationID": "ACT01", "CustomersAndPartners.EndCustomerAccountID": "ACME", "LastModifiedDate": $DAYS_AGO(0.5)}]
      """
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    And the reports "entitlement" and "usage" are pulled
    Then every "activationId" of the second is an "ActivationID" of the first (DAPI-049, DAPI-058)
    And every "activationId, accountId" of the second is an "ActivationID, CustomersAndPartners.EndCustomerAccountID" of the first (DAPI-059)
    And every "accountId" of the second is a "CustomersAndPartners.EndCustomerAccountID" of the first (DAPI-047, DAPI-056)
