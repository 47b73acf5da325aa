@producer
Feature: Monitoring usage
  The producer invoices from the usage rows. Every token that a customer was charged must stand there once, with the
  line item that paid.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
      | CADPrint   | 2.0     | 7    |
    And a line item "ACT01" of 1000 tokens

  @task-4 @usage @WH-USAGE-074 @WH-USAGE-019 @WH-USAGE-027 @DM-ACC-012
  Scenario: The rows of a day add up to the balance
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    And MaxMuster requests 2 of "CADPrint" "2.0"
    Then "ACT01" has used 44 tokens (WH-USAGE-074, DM-ACC-012)
    And the usage rows are (WH-USAGE-*):
      | consumer  | item       | line item | tokens | used |
      | LisaBarry | PhotoPrint | ACT01     | 30     | 30   |
      | MaxMuster | CADPrint   | ACT01     | 14     | 44   |

  @usage @WH-USAGE-052 @WH-USAGE-055 @WH-USAGE-060
  Scenario: The rows keep the rules of the warehouse
    When LisaBarry requests:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | PhotoAlbum | 1.0     | 1     |
    Then every usage row keeps the usage rules

  @usage @clock @WH-USAGE-021 @WH-USAGE-022 @WH-USAGE-024 @WH-USAGE-025 @WH-USAGE-026
  Scenario: A row says who used what, where and when
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then every usage row holds:
      | column        | value         |
      | USAGE_TIME    | $DAYS_AGO(0)  |
      | WRITE_TIME    | $DAYS_AGO(0)  |
      | CONSUMER_TYPE | user          |
      | ACCOUNT_ID    | ACME          |
      | INSTANCE_ID   | $INSTANCE     |

  @usage @WH-USAGE-020
  Scenario: A row names the producer
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then every usage row holds:
      | column    | value |
      | TENANT_ID | *     |

  @usage @WH-USAGE-030 @WH-USAGE-031 @WH-USAGE-033 @WH-USAGE-037
  Scenario: A row of a one-off request names the item and no session
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then every usage row holds:
      | column         | value      |
      | ITEM           | PhotoPrint |
      | ITEM_VERSION   | 1.0        |
      | SESSION_ID     |            |
      | SESSION_STATE  |            |
      | METER_TYPE     | elastic    |

  @usage @WH-USAGE-045
  Scenario: A row shows the overdraft of its line item
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then every usage row holds:
      | column          | value |
      | OVERDRAFT_COUNT | 0     |

  @usage @WH-USAGE-043 @WH-USAGE-044 @WH-USAGE-046 @WH-USAGE-047 @WH-USAGE-050
  Scenario: Columns of license servers stay empty
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then every usage row holds:
      | column                    | value |
      | PARTIAL                   |       |
      | INCREMENTAL               |       |
      | ENTITLED_ARTICLES         |       |
      | ENTITLED_ARTICLE_VERSIONS |       |
