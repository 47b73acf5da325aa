@producer
Feature: Usage rows of granted one-off requests
  Producers bill, forecast and renew contracts from the usage rows in the data warehouse. Each charge must be there
  once, with who used what, at which rate, from which line item, and what has been used in all.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
      | SignPrint  | 1.0     | 4    |
      | CADPrint   | 2.0     | 7    |

  @WH-USAGE-032 @WH-USAGE-040 @WH-USAGE-041 @WH-USAGE-055 @WH-USAGE-056 @usage @task-4
  Scenario: Each charged item leaves a row
    Given a line item "ACT01-Elastic" of 1000 tokens
    When LisaBarry requests:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | CADPrint   | 2.0     | 2     |
    Then the usage rows are:
      | item       | quantity | cost | line item     | tokens | code |
      | PhotoPrint | 10       | 3    | ACT01-Elastic | 30     | 101  |
      | CADPrint   | 2        | 7    | ACT01-Elastic | 14     | 101  |
    And "ACT01-Elastic" has used 44 tokens (WH-USAGE-041)

  @WH-USAGE-029 @WH-USAGE-072 @WH-USAGE-074 @usage
  Scenario: The total of the line item runs on from row to row
    Given a line item "ACT01-Elastic" of 1000 tokens
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    And LisaBarry requests 2 of "CADPrint" "2.0"
    And LisaBarry requests 1 of "SignPrint" "1.0"
    Then the usage rows are:
      | item       | tokens | used |
      | PhotoPrint | 30     | 30   |
      | CADPrint   | 14     | 44   |
      | SignPrint  | 4      | 48   |
    And "ACT01-Elastic" has used 48 tokens (WH-USAGE-074)

  @WH-USAGE-067 @WH-USAGE-074 @DM-ACC-012 @usage
  Scenario: A charge is written once
    Given a line item "ACT01-Elastic" of 1000 tokens
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then the usage rows are (WH-USAGE-*):
      | item       | line item     | tokens | used |
      | PhotoPrint | ACT01-Elastic | 30     | 30   |
    And "ACT01-Elastic" has used 30 tokens (WH-USAGE-074, DM-ACC-012)

  @WH-USAGE-029 @WH-USAGE-032 @DM-ACC-017 @usage
  Scenario: Fractions are kept in every column
    Given a line item "ACT01-Elastic" of 1000 tokens
    When LisaBarry requests 0.1 of "PhotoPrint" "1.0"
    And LisaBarry requests 0.1 of "PhotoPrint" "1.0"
    And LisaBarry requests 0.1 of "PhotoPrint" "1.0"
    Then the usage rows are:
      | item       | quantity | tokens | used |
      | PhotoPrint | 0.1      | 0.3    | 0.3  |
      | PhotoPrint | 0.1      | 0.3    | 0.6  |
      | PhotoPrint | 0.1      | 0.3    | 0.9  |

  @WH-USAGE-019 @WH-USAGE-069 @usage
  Scenario: All rows of a request carry the correlation ID of its answer
    Given a line item "ACT01-Elastic" of 1000 tokens
    When LisaBarry requests:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | CADPrint   | 2.0     | 2     |
      | SignPrint  | 1.0     | 1     |
    Then the usage rows carry the correlation ID of the answer

  @DM-ACC-028 @WH-USAGE-019 @WH-USAGE-069 @usage
  Scenario: Equal requests are told apart by their correlation IDs
    Given a line item "ACT01-Elastic" of 1000 tokens
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    And LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then each answer has its own correlation ID (DM-ACC-028)
    And the usage rows carry the correlation ID of the answer (WH-USAGE-*)

  @WH-USAGE-023 @WH-USAGE-C10 @usage
  Scenario: The consumer is the value of the requester
    Given a line item "ACT01-Elastic" of 1000 tokens
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    And JohnSmith requests 2 of "CADPrint" "2.0"
    Then the usage rows are:
      | item       | consumer  | tokens |
      | PhotoPrint | LisaBarry | 30     |
      | CADPrint   | JohnSmith | 14     |

  @DM-USE-003 @WH-USAGE-042 @usage
  Scenario: Client data travels with the usage of its item
    Given a line item "ACT01-Elastic" of 1000 tokens
    When LisaBarry requests:
      | item       | version | count | metaData                             |
      | PhotoPrint | 1.0     | 10    | {"project": "P-17", "pages": [4, 5]} |
      | CADPrint   | 2.0     | 2     |                                      |
    Then the usage rows are:
      | item       | metadata                             |
      | PhotoPrint | {"project": "P-17", "pages": [4, 5]} |
      | CADPrint   |                                      |

  @WH-USAGE-039 @WH-USAGE-060 @WH-USAGE-050 @usage
  Scenario: A charge names the rate table that priced it
    Given a line item "ACT01-Elastic" of 1000 tokens
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then the usage rows name the series "PublicationApps" and the version "1"

  @WH-USAGE-039 @WH-USAGE-082 @usage
  Scenario: After a price change the new rate table and its rate are written
    Given a rate table "2" of series "PublicationApps", effective 10 days ago, with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 5    |
    And a line item "ACT01-Elastic" of 1000 tokens
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then the usage rows name the series "PublicationApps" and the version "2"
    And the usage rows are (WH-USAGE-082):
      | item       | quantity | cost | tokens |
      | PhotoPrint | 10       | 5    | 50     |

  @WH-USAGE-027 @WH-USAGE-028 @WH-USAGE-070 @WH-USAGE-071 @usage
  Scenario: A split charge leaves a row for each line item
    Given line items:
      | line item     | tokens | ends        |
      | ACT01-Elastic | 10     | in 100 days |
      | ACT02-Elastic | 100    | in 200 days |
    When LisaBarry requests 1 of "PhotoPrint" "1.0"
    And LisaBarry requests 8 of "CADPrint" "2.0"
    Then the usage rows are:
      | item       | cost | line item     | entitled | tokens | used |
      | PhotoPrint | 3    | ACT01-Elastic | 10       | 3      | 3    |
      | CADPrint   | 7    | ACT01-Elastic | 10       | 7      | 10   |
      | CADPrint   | 7    | ACT02-Elastic | 100      | 49     | 49   |

  @WH-USAGE-016 @WH-USAGE-050 @WH-USAGE-C14 @usage
  Scenario: A one-off row speaks of no session
    Given a line item "ACT01-Elastic" of 1000 tokens
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then every usage row holds:
      | column           | value |
      | SESSION_ID       |       |
      | SESSION_STATE    |       |
      | REQUEST_RESPONSE | 101   |
