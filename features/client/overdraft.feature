@client
Feature: Capacity and overdraft of line items
  A line item is worth its tokens and, when the producer trusts the customer, an overdraft on top. Giving out less
  than that stops paying customers from working, giving out more is unpaid use.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
      | SignPrint  | 1.0     | 4    |
      | CADPrint   | 2.0     | 7    |

  @DM-OD-003 @DM-LINE-024
  Scenario: Without overdraft nothing is charged beyond the tokens of the line item
    Given a line item "ACT01" of 10 tokens
    When LisaBarry requests 2 of "CADPrint" "2.0"
    Then the request is refused
    And "ACT01" has used 0 tokens

  @DM-OD-003 @DM-OD-004 @DM-LINE-024
  Scenario: The last token of a line item is given out
    Given a line item "ACT01" of 21 tokens
    When LisaBarry requests 3 of "CADPrint" "2.0"
    Then the request is granted
    And "ACT01" has used 21 tokens

  @DM-OD-003 @DM-LI-A06 @DM-LINE-024
  Scenario: A line item that is used up gives no more
    Given a line item "ACT01" of 21 tokens
    When LisaBarry requests 3 of "CADPrint" "2.0"
    And LisaBarry requests 0.1 of "PhotoPrint" "1.0"
    Then the request is refused
    And "ACT01" has used 21 tokens

  @DM-OD-002 @DM-OD-005 @DM-LINE-025
  Scenario: An overdraft is spent beyond the tokens of the line item
    Given line items:
      | line item | tokens | overdraft |
      | ACT01     | 10     | 5         |
    When LisaBarry requests 2 of "CADPrint" "2.0"
    Then the items are answered:
      | item     | code | tokens | line items |
      | CADPrint | 101  | 14     | ACT01: 14  |
    And "ACT01" has used 14 tokens

  @DM-OD-002 @DM-LINE-025
  Scenario: An overdraft ends at its limit
    Given line items:
      | line item | tokens | overdraft |
      | ACT01     | 10     | 5         |
    When LisaBarry requests 2 of "CADPrint" "2.0"
    And LisaBarry requests 1 of "PhotoPrint" "1.0"
    Then the request is refused
    And "ACT01" has used 14 tokens

  @DM-OD-002 @DM-OD-004 @DM-LINE-025
  Scenario: The last token of an overdraft is given out
    Given line items:
      | line item | tokens | overdraft |
      | ACT01     | 10     | 5         |
    When LisaBarry requests 5 of "PhotoPrint" "1.0"
    Then the request is granted
    And "ACT01" has used 15 tokens

  @DM-OD-001 @DM-LINE-022 @DM-LINE-025
  Scenario: An unlimited overdraft has no end
    Given line items:
      | line item | tokens | overdraft |
      | ACT01     | 10     | Unlimited |
    When LisaBarry requests 2 of "CADPrint" "2.0"
    And LisaBarry requests 1000 of "CADPrint" "2.0"
    Then the request is granted
    And "ACT01" has used 7014 tokens

  @DM-OD-007
  Scenario: A line item that is used beyond its capacity gives no more
    Given line items:
      | line item | tokens | overdraft |
      | ACT01     | 10     | 5         |
    When LisaBarry requests 2 of "CADPrint" "2.0"
    And the producer maps the line item:
      """
      {"activationId": "ACT01", "state": "DEPLOYED", "quantity": 10, "start": $DAYS_AGO(30), "end": $IN_DAYS(365),
       "attributes": {"elastic": true, "rateTableSeries": "PublicationApps"}}
      """
    And LisaBarry requests 1 of "PhotoPrint" "1.0"
    Then the request is refused
    And "ACT01" has used 14 tokens

  @DM-OD-007 @clock
  Scenario: Refunds still reach a line item that is used beyond its capacity
    Given line items:
      | line item | tokens | overdraft |
      | ACT01     | 10     | 5         |
    And a session
    And LisaBarry uses in the session:
      | item     | version | count |
      | CADPrint | 2.0     | 2     |
    When the producer maps the line item:
      """
      {"activationId": "ACT01", "state": "DEPLOYED", "quantity": 10, "start": $DAYS_AGO(30), "end": $IN_DAYS(365),
       "attributes": {"elastic": true, "rateTableSeries": "PublicationApps"}}
      """
    And 30 minutes pass
    And the client closes the session
    Then "ACT01" has used 7 tokens
