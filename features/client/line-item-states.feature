@client
Feature: Line items that may not be charged
  A line item that the back office has suspended, retired or removed, that has expired or not begun, or that is not
  meant for elastic access sells nothing. Charging one all the same is selling what the customer does not own.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
      | SignPrint  | 1.0     | 4    |
      | CADPrint   | 2.0     | 7    |

  @DM-LI-A03 @DM-LI-A10 @DM-LINE-012 @DM-LI-A14
  Scenario: An INACTIVE line item is not charged
    Given a line item "ACT01" of 1000 tokens
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    And the line item "ACT01" becomes INACTIVE
    And LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then the request is refused
    And "ACT01" has used 30 tokens

  @DM-LI-A03 @DM-LI-A10 @DM-LINE-012
  Scenario: An INACTIVE line item is passed over for one that is DEPLOYED
    Given line items:
      | line item | tokens | ends        | state    |
      | ACT01     | 100    | in 100 days | INACTIVE |
      | ACT02     | 100    | in 200 days | DEPLOYED |
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then the items are answered:
      | item       | code | tokens | line items |
      | PhotoPrint | 101  | 30     | ACT02: 30  |
    And "ACT01" has used 0 tokens

  @DM-LI-A10 @DM-LINE-011 @DM-LINE-012
  Scenario: A line item that is DEPLOYED again is charged again
    Given line items:
      | line item | tokens | state    |
      | ACT01     | 100    | INACTIVE |
    When the line item "ACT01" becomes DEPLOYED
    And LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then the request is granted
    And "ACT01" has used 30 tokens (DM-LI-A10, DM-LINE-012)

  @DM-LI-A03 @DM-LI-A11 @DM-LINE-012
  Scenario: An OBSOLETE line item is not charged
    Given a line item "ACT01" of 1000 tokens
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    And the line item "ACT01" becomes OBSOLETE
    And LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then the request is refused
    And "ACT01" has used 30 tokens

  @DM-LI-A03 @DM-LI-A12
  Scenario: A deleted line item is not charged
    Given line items:
      | line item | tokens | ends        |
      | ACT01     | 100    | in 100 days |
      | ACT02     | 100    | in 200 days |
    When the line item "ACT01" becomes OBSOLETE
    And the producer deletes the line item "ACT01"
    And LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then the items are answered:
      | item       | code | tokens | line items |
      | PhotoPrint | 101  | 30     | ACT02: 30  |

  @DM-LI-A04 @DM-LINE-041
  Scenario: An expired line item is not charged
    Given line items:
      | line item | tokens | starts      | ends       |
      | ACT01     | 1000   | 30 days ago | 1 hour ago |
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then the request is refused
    And "ACT01" has used 0 tokens

  @DM-LI-A04 @DM-LINE-041 @clock
  Scenario: A line item can be charged until it ends
    Given line items:
      | line item | tokens | starts      | ends          |
      | ACT01     | 1000   | 30 days ago | in 30 minutes |
    When 29 minutes pass
    And LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then the request is granted
    When 2 minutes pass
    And LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then the request is refused
    And "ACT01" has used 30 tokens

  @DM-LI-A04 @DM-LINE-041
  Scenario: A line item that has not started is not charged
    Given line items:
      | line item | tokens | starts    | ends        |
      | ACT01     | 1000   | in 1 hour | in 100 days |
      | ACT02     | 1000   | in 2 days | in 200 days |
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then the request is refused
    And "ACT01" has used 0 tokens
    And "ACT02" has used 0 tokens

  @DM-LI-A02
  Scenario: A line item that is not elastic is not charged
    Given line items:
      | line item | tokens | elastic |
      | ACT01     | 1000   | no      |
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then the request is refused
    And "ACT01" has used 0 tokens

  @DM-LI-A12 @DM-LINE-035 @clock
  Scenario: A deleted line item that a session still uses is not charged
    Given line items:
      | line item | tokens | ends        |
      | ACT01     | 100    | in 100 days |
      | ACT02     | 100    | in 200 days |
    And a session
    And LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    When the line item "ACT01" becomes OBSOLETE
    And the producer deletes the line item "ACT01"
    And LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then the items are answered:
      | item       | code | tokens | line items |
      | PhotoPrint | 101  | 30     | ACT02: 30  |

  @DM-LI-A13 @clock
  Scenario: A session keeps what it paid when its line item is suspended, and ends with the period
    Given a line item "ACT01" of 1000 tokens
    And a session
    And LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    When 10 minutes pass
    And the line item "ACT01" becomes INACTIVE
    Then the session is ACTIVE
    When 51 minutes pass
    Then the session is TERMINATED
    And "ACT01" has used 30 tokens

  @DM-LI-A13 @clock
  Scenario: The next charge of a session finds another line item
    Given line items:
      | line item | tokens | ends        |
      | ACT01     | 100    | in 100 days |
      | ACT02     | 100    | in 200 days |
    And a session
    And LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    When the line item "ACT01" becomes INACTIVE
    And 61 minutes pass
    Then "ACT01" has used 30 tokens
    And "ACT02" has used 30 tokens
