@producer
Feature: Usage rows of denied requests
  A denied item is a sale that did not happen, and the producer wants to see it: who asked, for what, and why it was
  refused. Such a row must never look like a charge.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
      | SignPrint  | 1.0     | 4    |
      | CADPrint   | 2.0     | 7    |
    And a line item "ACT01-Elastic" of 20 tokens

  @DM-ACC-030 @WH-USAGE-053 @WH-USAGE-027 @WH-USAGE-041 @WH-USAGE-C03 @WH-USAGE-C07 @usage
  Scenario: An unknown item leaves a row without line item and without tokens
    When LisaBarry requests 1 of "PhotoAlbum" "1.0"
    Then the usage rows are:
      | item       | quantity | code | line item | entitled | used | cost | tokens |
      | PhotoAlbum | 1        | 201  |           |          |      |      | 0      |

  @DM-ACC-030 @WH-USAGE-053 @WH-USAGE-035 @WH-USAGE-054 @WH-USAGE-080 @WH-USAGE-069 @usage
  Scenario: Granted and denied items of one request leave a row each
    When LisaBarry requests:
      | item       | version | count |
      | PhotoAlbum | 1.0     | 1     |
      | CADPrint   | 2.0     | 3     |
      | PhotoPrint | 1.0     | 5     |
    Then the usage rows are (DM-ACC-030, WH-USAGE-053, WH-USAGE-035, WH-USAGE-054, WH-USAGE-080):
      | item       | quantity | code         | line item     | used | cost | tokens |
      | PhotoAlbum | 1        | 201          |               |      |      | 0      |
      | CADPrint   | 3        | insufficient |               |      |      | 0      |
      | PhotoPrint | 5        | 101          | ACT01-Elastic | 15   | 3    | 15     |
    And the usage rows carry the correlation ID of the answer (WH-USAGE-069)

  @WH-USAGE-072 @WH-USAGE-074 @WH-USAGE-053 @usage
  Scenario: A denied request does not touch the running total
    When LisaBarry requests 2 of "PhotoPrint" "1.0"
    And LisaBarry requests 3 of "CADPrint" "2.0"
    And LisaBarry requests 2 of "SignPrint" "1.0"
    Then the usage rows are:
      | item       | code         | tokens | used |
      | PhotoPrint | 101          | 6      | 6    |
      | CADPrint   | insufficient | 0      |      |
      | SignPrint  | 101          | 8      | 14   |
    And "ACT01-Elastic" has used 14 tokens (WH-USAGE-074)

  @WH-USAGE-023 @WH-USAGE-032 @DM-ACC-030 @usage
  Scenario: A denied row says who asked for how much
    When LisaBarry requests 2.5 of "PhotoAlbum" "1.0"
    And JohnSmith requests 100 of "PhotoPrint" "1.0"
    Then the usage rows are:
      | item       | quantity | consumer  | code         |
      | PhotoAlbum | 2.5      | LisaBarry | 201          |
      | PhotoPrint | 100      | JohnSmith | insufficient |
