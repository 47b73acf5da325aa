@client
Feature: What the documents leave open about one-off requests
  Where the documents allow more than one behaviour, a target may choose. Each scenario finds out which choice it
  made, so that integrators know, and checks what has to hold under every choice.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
      | SignPrint  | 1.0     | 4    |
      | CADPrint   | 2.0     | 7    |

  @DM-ACC-019
  Scenario: The status of a request of which no item is granted
    Given a line item "ACT01" of 100 tokens
    When LisaBarry requests:
      | item       | version | count |
      | PhotoAlbum | 1.0     | 1     |
      | VideoCut   | 1.0     | 2     |
    Then the answer follows the reading "oneoff.all_denied.http"
    And "ACT01" has used 0 tokens

  @DM-ACC-018
  Scenario: The status of a request of which some items are granted
    Given a line item "ACT01" of 100 tokens
    When LisaBarry requests:
      | item       | version | count |
      | PhotoAlbum | 1.0     | 1     |
      | PhotoPrint | 1.0     | 5     |
    Then the answer follows the reading "oneoff.mixed.http"
    And 15 tokens are charged

  @DM-ACC-024
  Scenario: The status of a request for nothing
    Given a line item "ACT01" of 100 tokens
    When the client sends the access request:
      """
      {"requester": {"type": "user", "value": "LisaBarry"}, "requestedItems": []}
      """
    Then the answer follows the reading "oneoff.empty.http"
    And "ACT01" has used 0 tokens

  @DM-ACC-023
  Scenario: The status of a request for a count of 0
    Given a line item "ACT01" of 100 tokens
    When LisaBarry requests 0 of "PhotoPrint" "1.0"
    Then the answer follows the reading "count.nonpositive.http"
    And "ACT01" has used 0 tokens

  @DM-ACC-023
  Scenario: The status of a request for a negative count
    Given a line item "ACT01" of 100 tokens
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    And LisaBarry requests -5 of "PhotoPrint" "1.0"
    Then the answer follows the reading "count.nonpositive.http"
    And "ACT01" has used 30 tokens

  @DM-ACC-022
  Scenario: The status for an instance that does not exist
    When the producer reads instance "0f8fad5b-d9cb-469f-a165-70867728950e"
    Then the answer follows the reading "instance.unknown.http"

  @DM-GEN-011
  Scenario: The status for an instance ID that is no UUID
    When the producer reads instance "d889a651-123a-456b-78d9-60d6de8cfes9"
    Then the answer follows the reading "instance.malformed.http"

  @DM-CODE-004
  Scenario: The code for too few tokens
    Given a line item "ACT01" of 10 tokens
    When LisaBarry requests 2 of "CADPrint" "2.0"
    Then the code for too few tokens is read

  @DM-LI-A22
  Scenario: Which of two line items with equal dates is charged first
    Given line items:
      | line item | tokens | starts      | ends        |
      | B-first   | 100    | 10 days ago | in 100 days |
      | A-second  | 100    | 10 days ago | in 100 days |
    When LisaBarry requests 1 of "PhotoPrint" "1.0"
    Then the tie between line items is read

  @DM-RATE-A10 @DM-RATE-031
  Scenario: Which of two rate tables with equal dates applies
    Given a rate table "5" of series "VideoApps", effective 10 days ago, with:
      | item     | version | rate |
      | VideoCut | 1.0     | 3    |
    And a rate table "4" of series "VideoApps", effective 10 days ago, with:
      | item     | version | rate |
      | VideoCut | 1.0     | 4    |
    And a line item "ACT01" of 100 tokens
    When LisaBarry requests 1 of "VideoCut" "1.0"
    Then the tie between rate tables is read

  @DM-OD-006
  Scenario: Whether an overdraft is spent before the tokens of the next line item
    Given line items:
      | line item | tokens | ends        | overdraft |
      | ACT01     | 7      | in 100 days | 7         |
      | ACT02     | 100    | in 200 days |           |
    When LisaBarry requests 2 of "CADPrint" "2.0"
    Then the overdraft is seen to be spent before or after other line items

  @DM-RATE-023
  Scenario: Whether an item at rate 0 names a line item
    Given a rate table "2" of series "PublicationApps", effective 10 days ago, with:
      | item     | version | rate |
      | DraftPdf | 1.0     | 0    |
    And a line item "ACT01" of 100 tokens
    When LisaBarry requests 5 of "DraftPdf" "1.0"
    Then the request is granted
    And the line items of a free item are read
    And "ACT01" has used 0 tokens

  @WH-USAGE-007 @usage
  Scenario: Which quantity the rows of a split charge show
    Given line items:
      | line item | tokens | ends        |
      | ACT01     | 7      | in 100 days |
      | ACT02     | 100    | in 200 days |
    When LisaBarry requests 8 of "CADPrint" "2.0"
    Then the split quantity is read

  @DM-ERR-A04
  Scenario: The name that one tutorial gives to the version
    Given a line item "ACT01" of 100 tokens
    When the client sends the access request:
      """
      {"requester": {"type": "user", "value": "LisaBarry"},
       "requestedItems": [{"item": "PhotoPrint", "requestedVersion": "1.0", "count": 1}]}
      """
    Then the tutorial's name for the version is read

  @DM-ACC-025
  Scenario: One item twice in a request
    Given a line item "ACT01" of 100 tokens
    When LisaBarry requests:
      | item       | version | count |
      | PhotoPrint | 1.0     | 2     |
      | PhotoPrint | 1.0     | 3     |
    Then the repeated item is read
    And no part of 15 tokens is charged alone

  @DM-ACC-026 @DM-LI-A26
  Scenario: A count is granted whole or not at all
    Given a line item "ACT01" of 10 tokens
    When LisaBarry requests 4 of "PhotoPrint" "1.0"
    Then the tokens charged follow the reading "oneoff.part_of_a_count"
    And "ACT01" has used 0 tokens

  @DM-CODE-006
  Scenario: The code of an item that only an expired line item could pay
    Given line items:
      | line item | tokens | starts      | ends       |
      | ACT01     | 100    | 30 days ago | 2 days ago |
    When LisaBarry requests 1 of "PhotoPrint" "1.0"
    Then the code of an item that only an expired line item could pay is read
    And "ACT01" has used 0 tokens

  @DM-LI-A24
  Scenario: The order of the line items in an answer
    Given line items:
      | line item | tokens | ends        |
      | ACT01     | 3      | in 100 days |
      | ACT02     | 6      | in 200 days |
      | ACT03     | 100    | in 300 days |
    When LisaBarry requests 5 of "PhotoPrint" "1.0"
    Then the order of the charged line items is read

  @DM-LI-A25
  Scenario: Whether a charge is cut within a single count
    Given line items:
      | line item | tokens | ends        |
      | ACT01     | 10     | in 100 days |
      | ACT02     | 100    | in 200 days |
    When LisaBarry requests 2 of "CADPrint" "2.0"
    Then the cut between the line items is read
