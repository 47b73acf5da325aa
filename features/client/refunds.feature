@client
Feature: Refunds
  Tokens are taken for a full hour in advance, so whoever stops early gets the unused part back. Customers check
  their bills against this rule: tokens kept are wrong, and so are tokens given away.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
      | SignPrint  | 1.0     | 4    |
      | CADPrint   | 2.0     | 7    |
    And a line item "ACT01-Elastic" of 1000 tokens
    And a session
    And LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |

  @DM-REF-001 @DM-SES-071 @clock
  Scenario: Closing 20 minutes into the hour gives two thirds of the charge back
    When 20 minutes pass
    And the client closes the session
    Then "ACT01-Elastic" has used 10 tokens

  @DM-REF-001 @DM-SES-046 @clock
  Scenario: Halting 40 minutes into the hour gives a third of the charge back
    When 40 minutes pass
    And the session is halted
    Then "ACT01-Elastic" has used 20 tokens

  @DM-REF-010 @DM-ACC-013 @DM-REF-001 @clock
  Scenario: One-off charges are not refunded when a session closes
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    And 20 minutes pass
    And the client closes the session
    Then "ACT01-Elastic" has used 40 tokens

  @DM-REF-001 @DM-REF-004 @clock
  Scenario: Refunded tokens can be used again
    When the line item "ACT01-Elastic" is changed to 30 tokens
    And 20 minutes pass
    And the client closes the session
    And LisaBarry requests 6 of "PhotoPrint" "1.0"
    Then the request is granted
    And "ACT01-Elastic" has used 28 tokens

  @DM-REF-008
  Scenario: Closing at once gives back the whole charge and no more
    When the client closes the session
    Then "ACT01-Elastic" has used 0 tokens
