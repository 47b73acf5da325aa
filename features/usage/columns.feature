@producer
Feature: Columns of usage rows
  Each column has one meaning, whatever the row is about. A report that filters by meter, session or time would
  otherwise leave rows out or count them twice.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
      | CADPrint   | 2.0     | 7    |
    And line items:
      | line item | tokens | starts    | ends     |
      | ACT01     | 1000   | 1 day ago | in 1 day |

  @WH-USAGE-012 @WH-USAGE-037 @WH-USAGE-C16 @usage
  Scenario: Granted and denied usage is elastic
    When LisaBarry requests:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | PhotoAlbum | 1.0     | 1     |
    Then every usage row holds:
      | column     | value         |
      | METER_TYPE | elastic       |
      | METER      | elastic token |

  @WH-USAGE-014 @WH-USAGE-C08 @usage
  Scenario: The code tells granted from denied rows
    When LisaBarry requests:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | PhotoAlbum | 1.0     | 1     |
    Then the usage rows are:
      | item       | code    | line item | tokens |
      | PhotoPrint | granted | ACT01     | 30     |
      | PhotoAlbum | refused |           | 0      |

  @WH-USAGE-018 @WH-USAGE-019 @clock @usage
  Scenario: An automatic charge belongs to no request
    Given a session
    And LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    When 61 minutes pass
    Then the usage rows are (WH-USAGE-018):
      | item       | code | tokens | session state |
      | PhotoPrint | 101  | 30     | ACTIVE        |
      | PhotoPrint | 101  | 30     | ACTIVE        |
    And the last 1 usage row was left without a request

  @WH-USAGE-033 @usage
  Scenario: The rows of a session name it
    Given a session
    And LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    Then every usage row holds:
      | column        | value    |
      | SESSION_ID    | $SESSION |
      | SESSION_STATE | *        |

  @WH-USAGE-036 @WH-USAGE-048 @WH-USAGE-049 @WH-USAGE-061 @usage
  Scenario: What columns of license servers hold on elastic rows is of the right kind
    When LisaBarry requests:
      | item       | version | count | metaData            |
      | PhotoPrint | 1.0     | 10    | {"project": "P-17"} |
    Then every usage row keeps the usage rules

  @WH-USAGE-051 @usage
  Scenario: Columns that are said not to apply to elastic rows are empty
    When LisaBarry requests:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | PhotoAlbum | 1.0     | 1     |
    Then every usage row holds:
      | column                    | value |
      | PARTIAL                   |       |
      | INCREMENTAL               |       |
      | ENTITLED_ARTICLES         |       |
      | ENTITLED_ARTICLE_VERSIONS |       |

  @WH-USAGE-028 @WH-USAGE-083 @WH-USAGE-C13 @usage
  Scenario: The entitled count is the whole quantity however much is used
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    And LisaBarry requests 100 of "CADPrint" "2.0"
    Then the usage rows are:
      | item       | entitled | used |
      | PhotoPrint | 1000     | 30   |
      | CADPrint   | 1000     | 730  |

  @WH-USAGE-029 @WH-USAGE-059 @WH-USAGE-073 @WH-USAGE-C11 @usage
  Scenario: The total counts all requests so far and never falls by a request
    When LisaBarry requests 10 of "CADPrint" "2.0"
    And LisaBarry requests 1 of "PhotoPrint" "1.0"
    Then the usage rows are:
      | item       | tokens | used |
      | CADPrint   | 70     | 70   |
      | PhotoPrint | 3      | 73   |

  @WH-USAGE-C12 @clock @usage
  Scenario: The total counts automatic charges and refunds too
    Given a session
    And LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    When 70 minutes pass
    And the client closes the session
    Then the usage rows are:
      | tokens | used |
      | 30     | 30   |
      | 30     | 60   |
      | -25    | 35   |

  @WH-USAGE-066 @WH-USAGE-089 @WH-USAGE-021 @clock @usage
  Scenario: Usage is dated while its line item is valid
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then every usage row holds:
      | column     | value        |
      | USAGE_TIME | $DAYS_AGO(0) |

  @WH-USAGE-086 @WH-USAGE-C17 @usage
  Scenario: A row is written soon after the usage
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then every usage row keeps the usage rules

  @WH-USAGE-068 @usage
  Scenario: The rows of one request agree on who, where and when
    When LisaBarry requests:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | CADPrint   | 2.0     | 2     |
    Then every usage row keeps the usage rules

  @WH-USAGE-097 @usage
  Scenario: Rows name accounts and line items that exist
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then the usage rows are:
      | item       | line item |
      | PhotoPrint | ACT01     |
    And every usage row holds:
      | column     | value |
      | ACCOUNT_ID | ACME  |
