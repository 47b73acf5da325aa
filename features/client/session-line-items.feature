@client
Feature: Sessions and their line items
  A session may be paid by several line items, and their status may change while it runs. Each refund has to find
  its way back to the line items that paid, whatever became of them, or entitlements stop adding up.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
      | SignPrint  | 1.0     | 4    |
      | CADPrint   | 2.0     | 7    |
      | MapPrint   | 1.0     | 5    |
    And line items:
      | line item     | tokens | starts      | ends        |
      | ACT01-Elastic | 10     | 30 days ago | in 100 days |
      | ACT02-Elastic | 100    | 30 days ago | in 200 days |
    And a session

  @DM-LI-A20 @DM-LI-A23 @DM-ACC-011
  Scenario: A session charge is split over the line items, the one that ends first leading
    When LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 1     |
      | CADPrint   | 2.0     | 8     |
    Then the items are answered:
      | item       | code | tokens | line items                          |
      | PhotoPrint | 101  | 3      | ACT01-Elastic: 3                    |
      | CADPrint   | 101  | 56     | ACT01-Elastic: 7, ACT02-Elastic: 49 |
    And "ACT01-Elastic" has used 10 tokens (DM-LI-*)
    And "ACT02-Elastic" has used 49 tokens (DM-LI-*)

  @DM-SES-041 @DM-LI-A26
  Scenario: A request that all line items together cannot pay touches none of them
    When LisaBarry requests in the session:
      | item     | version | count |
      | CADPrint | 2.0     | 16    |
    Then the request is refused
    And "ACT01-Elastic" has used 0 tokens
    And "ACT02-Elastic" has used 0 tokens

  @DM-REF-003 @clock
  Scenario: A refund is shared by the line items that paid
    Given LisaBarry uses in the session:
      | item       | version | count |
      | MapPrint   | 1.0     | 6     |
    When 30 minutes pass
    And the client closes the session
    Then "ACT01-Elastic" has used 5 tokens
    And "ACT02-Elastic" has used 10 tokens

  @DM-REF-003 @clock
  Scenario: The refund of two items is shared by the line items that paid for each
    Given LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 2     |
      | SignPrint  | 1.0     | 14    |
    When 30 minutes pass
    And the client closes the session
    Then "ACT01-Elastic" has used 5 tokens
    And "ACT02-Elastic" has used 26 tokens

  @DM-REF-005 @DM-LI-A10 @clock
  Scenario: A refund reaches a line item that became INACTIVE
    Given LisaBarry uses in the session:
      | item       | version | count |
      | MapPrint   | 1.0     | 6     |
    When 30 minutes pass
    And the line item "ACT01-Elastic" becomes INACTIVE
    And the client closes the session
    Then "ACT01-Elastic" has used 5 tokens
    And "ACT02-Elastic" has used 10 tokens (DM-REF-005)

  @DM-REF-005 @DM-LI-A11 @clock
  Scenario: A refund reaches a line item that became OBSOLETE
    Given LisaBarry uses in the session:
      | item       | version | count |
      | MapPrint   | 1.0     | 6     |
    When 30 minutes pass
    And the line item "ACT02-Elastic" becomes OBSOLETE
    And the client closes the session
    Then "ACT01-Elastic" has used 5 tokens (DM-REF-005)
    And "ACT02-Elastic" has used 10 tokens

  @DM-LI-A11 @DM-LI-A03 @clock
  Scenario: Tokens refunded into an OBSOLETE line item stay out of reach
    Given LisaBarry uses in the session:
      | item       | version | count |
      | MapPrint   | 1.0     | 6     |
    When 30 minutes pass
    And the line item "ACT02-Elastic" becomes OBSOLETE
    And the client closes the session
    And LisaBarry requests 2 of "PhotoPrint" "1.0"
    Then the request is refused
    And "ACT01-Elastic" has used 5 tokens (DM-LI-A11)
    And "ACT02-Elastic" has used 10 tokens (DM-LI-A11)

  @DM-LI-A10 @DM-REF-005 @clock
  Scenario: Tokens refunded into an INACTIVE line item can be used when it is DEPLOYED again
    Given LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 1     |
    When 20 minutes pass
    And the line item "ACT01-Elastic" becomes INACTIVE
    And the client closes the session
    And the line item "ACT01-Elastic" becomes DEPLOYED
    And LisaBarry requests 2 of "SignPrint" "1.0"
    Then the items are answered:
      | item      | code | tokens | line items       |
      | SignPrint | 101  | 8      | ACT01-Elastic: 8 |
    And "ACT01-Elastic" has used 9 tokens

  @DM-LI-A10 @DM-LI-A03 @DM-TIME-003 @clock
  Scenario: A session whose line items are all INACTIVE ends at its next charge
    Given LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 1     |
    When the line item "ACT01-Elastic" becomes INACTIVE
    And the line item "ACT02-Elastic" becomes INACTIVE
    And 59 minutes pass
    Then the session is ACTIVE (DM-TIME-003)
    When 2 minutes pass
    Then the session is TERMINATED
    And "ACT01-Elastic" has used 3 tokens (DM-LI-*)
