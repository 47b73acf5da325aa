@client
Feature: Automatic charges
  While a session is active, the server repeats its charge every hour without being asked. Both sides pay for an
  error here: a charge too few is lost revenue, a charge too many is a wrong bill.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
      | SignPrint  | 1.0     | 4    |
      | CADPrint   | 2.0     | 7    |
    And a line item "ACT01-Elastic" of 1000 tokens
    And a session

  @DM-TIME-001 @DM-TIME-002 @clock
  Scenario: The charge is repeated every hour after the request
    Given LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    When 59 minutes pass
    Then "ACT01-Elastic" has used 30 tokens (DM-TIME-001)
    When 2 minutes pass
    Then "ACT01-Elastic" has used 60 tokens
    When the client sends a heartbeat
    And 58 minutes pass
    Then "ACT01-Elastic" has used 60 tokens (DM-TIME-001)
    When 2 minutes pass
    Then "ACT01-Elastic" has used 90 tokens

  @DM-TIME-001 @DM-REF-001 @DM-SES-071 @clock
  Scenario: A session of 140 minutes is charged three times and refunded once
    Given LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    Then "ACT01-Elastic" has used 30 tokens (DM-TIME-001)
    When 75 minutes pass
    And the client sends a heartbeat
    Then the heartbeat is accepted (DM-TIME-001)
    And "ACT01-Elastic" has used 60 tokens (DM-TIME-001)
    When 46 minutes pass
    Then "ACT01-Elastic" has used 90 tokens (DM-TIME-001)
    When 19 minutes pass
    And the client closes the session
    Then "ACT01-Elastic" has used 70 tokens (DM-REF-001, DM-SES-071)

  @DM-REF-011 @DM-REF-001 @DM-TIME-002 @clock
  Scenario: Two items cost in all what the minutes in use cost
    Given LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | CADPrint   | 2.0     | 2     |
    When 75 minutes pass
    And the client sends a heartbeat
    And 30 minutes pass
    And the client closes the session
    Then "ACT01-Elastic" has used 77 tokens

  @DM-TIME-001 @clock
  Scenario: The hour counts from the request and not from the opening of the session
    When 30 minutes pass
    And LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    And 59 minutes pass
    Then "ACT01-Elastic" has used 30 tokens
    When 2 minutes pass
    Then "ACT01-Elastic" has used 60 tokens

  @DM-TIME-002 @clock
  Scenario: Every item in use is charged again
    Given LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | CADPrint   | 2.0     | 2     |
    When 61 minutes pass
    Then "ACT01-Elastic" has used 88 tokens
    And the session uses:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | CADPrint   | 2.0     | 2     |

  @DM-TIME-003 @DM-HB-002 @clock
  Scenario: A session that cannot pay its next hour ends without a refund
    Given LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    When the line item "ACT01-Elastic" is changed to 50 tokens
    And 61 minutes pass
    Then the session is TERMINATED (DM-TIME-003)
    And "ACT01-Elastic" has used 30 tokens (DM-TIME-003)
    When the client sends a heartbeat
    Then the heartbeat is refused (DM-HB-002)

  @DM-TIME-002 @DM-TIME-003 @clock
  Scenario: A session that can pay for one of its two items only ends
    Given LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | CADPrint   | 2.0     | 2     |
    When the line item "ACT01-Elastic" is changed to 80 tokens
    And 61 minutes pass
    Then the session is TERMINATED
    And "ACT01-Elastic" has used 44 tokens

  @DM-TIME-003 @DM-SES-071 @clock
  Scenario: A closed session is not charged again
    Given LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    When 20 minutes pass
    And the client closes the session
    And 41 minutes pass
    Then "ACT01-Elastic" has used 10 tokens

  @DM-TIME-003 @clock
  Scenario: A session that missed its heartbeat is not charged again
    Given LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    When 181 minutes pass
    Then the session is TERMINATED
    And "ACT01-Elastic" has used 30 tokens
