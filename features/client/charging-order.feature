@client
Feature: The order in which line items are charged
  Tokens that expire soonest are spent first, or the customer loses what was paid for. When one line item cannot
  cover a charge, the next one pays the rest, and the answer says who paid how much.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
      | SignPrint  | 1.0     | 4    |
      | CADPrint   | 2.0     | 7    |

  @DM-LI-A20 @DM-LI-A23 @DM-ACC-011 @DM-LINE-042
  Scenario: A charge is split over two line items, the one that ends first in front
    Given line items:
      | line item     | tokens | ends        |
      | ACT01-Elastic | 10     | in 100 days |
      | ACT02-Elastic | 100    | in 200 days |
    When LisaBarry requests:
      | item       | version | count |
      | PhotoPrint | 1.0     | 1     |
      | CADPrint   | 2.0     | 8     |
    Then the items are answered:
      | item       | code | tokens | line items                          |
      | PhotoPrint | 101  | 3      | ACT01-Elastic: 3                    |
      | CADPrint   | 101  | 56     | ACT01-Elastic: 7, ACT02-Elastic: 49 |
    And "ACT01-Elastic" has used 10 tokens (DM-LI-*, DM-LINE-042)
    And "ACT02-Elastic" has used 49 tokens (DM-LI-*, DM-LINE-042)

  @DM-LI-A20 @DM-LINE-042
  Scenario: The end decides, whatever the name, the start and the order of mapping
    Given line items:
      | line item | tokens | starts      | ends        |
      | ACT01     | 100    | 20 days ago | in 200 days |
      | ACT02     | 100    | 10 days ago | in 100 days |
      | ACT03     | 100    | 5 days ago  | in 300 days |
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then the items are answered:
      | item       | code | tokens | line items |
      | PhotoPrint | 101  | 30     | ACT02: 30  |
    And "ACT02" has used 30 tokens
    And "ACT01" has used 0 tokens
    And "ACT03" has used 0 tokens

  @DM-LI-A21 @DM-LINE-042
  Scenario: Of line items that end together, the one that started first pays
    Given line items:
      | line item | tokens | starts      | ends        |
      | ACT01     | 100    | 10 days ago | in 100 days |
      | ACT02     | 100    | 20 days ago | in 100 days |
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then the items are answered:
      | item       | code | tokens | line items |
      | PhotoPrint | 101  | 30     | ACT02: 30  |
    And "ACT02" has used 30 tokens
    And "ACT01" has used 0 tokens

  @DM-LI-A23 @DM-ACC-011
  Scenario: The rest goes from one line item to the next until the charge is paid
    Given line items:
      | line item | tokens | ends        |
      | ACT01     | 3      | in 100 days |
      | ACT02     | 6      | in 200 days |
      | ACT03     | 100    | in 300 days |
    When LisaBarry requests 5 of "PhotoPrint" "1.0"
    Then the items are answered:
      | item       | code | tokens | line items                   |
      | PhotoPrint | 101  | 15     | ACT01: 3, ACT02: 6, ACT03: 6 |
    And "ACT03" has used 6 tokens (DM-LI-A23)

  @DM-LI-A23 @DM-OD-004
  Scenario: A line item that covers a charge exactly pays all of it
    Given line items:
      | line item | tokens | ends        |
      | ACT01     | 30     | in 100 days |
      | ACT02     | 100    | in 200 days |
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then the items are answered:
      | item       | code | tokens | line items |
      | PhotoPrint | 101  | 30     | ACT01: 30  |
    And "ACT01" has used 30 tokens
    And "ACT02" has used 0 tokens (DM-LI-A23)

  @DM-LI-A26
  Scenario: A charge that all line items together cannot cover leaves each of them untouched
    Given line items:
      | line item | tokens | ends        |
      | ACT01     | 7      | in 100 days |
      | ACT02     | 7      | in 200 days |
    When LisaBarry requests 3 of "CADPrint" "2.0"
    Then the request is refused
    And "ACT01" has used 0 tokens
    And "ACT02" has used 0 tokens

  @DM-LI-A01
  Scenario: Line items of another instance are not charged
    Given an instance of account "GLOBEX"
    And line items:
      | line item | tokens | ends        |
      | ACT01     | 100    | in 100 days |
    And another instance of account "GLOBEX"
    And line items:
      | line item | tokens | ends        |
      | ACT02     | 100    | in 200 days |
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then the items are answered:
      | item       | code | tokens | line items |
      | PhotoPrint | 101  | 30     | ACT02: 30  |
    And "ACT01" has used 0 tokens

  @DM-LI-A07
  Scenario: A line item whose rate table lacks the item is passed over
    Given a rate table of series "Other" with:
      | item     | version | rate |
      | CADPrint | 2.0     | 7    |
    And line items:
      | line item | tokens | ends       | series          |
      | ACT08     | 100    | in 10 days | Other           |
      | ACT09     | 100    | in 90 days | PublicationApps |
    When LisaBarry requests 1 of "PhotoPrint" "1.0"
    Then the items are answered:
      | item       | code | tokens | line items |
      | PhotoPrint | 101  | 3      | ACT09: 3   |
