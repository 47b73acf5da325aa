@client
Feature: Errors
  A client decides by the status what to do next: correct its request, get a new token, give up, or try another
  way. So every kind of error has its own.

  @DM-GEN-009
  Scenario: Bad input
    When the producer creates the instance:
      """
      {"accountId": "GLOBEX"}
      """
    Then the answer has status 400

  @DM-GEN-009
  Scenario: No authentication
    When the instances are listed without a token
    Then the answer has status 401

  @DM-GEN-009 @site
  Scenario: Something forbidden
    When the producer deletes every administration key
    Then the answer has status 403

  @DM-GEN-009 @site
  Scenario: Something that is not there
    When the producer deletes administration key "never-saved"
    Then the answer has status 404

  @DM-GEN-009
  Scenario: A conflict with what is there
    Given a rate table of series "CAD" with:
      | item   | version | rate |
      | Render | 2.0     | 4.5  |
    When the producer creates the rate table:
      """
      {"series": "CAD", "version": "1", "effectiveFrom": $IN_DAYS(1), "items": [{"name": "Render", "rate": 9}]}
      """
    Then the answer has status 409

  @DM-ERR-A02 @DM-ACC-010
  Scenario: What is charged and what is answered agree
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a line item "ACT01" of 1000 tokens
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then "ACT01" has used what the answer charges

  @DM-ERR-A01
  Scenario: What an error says of itself
    When the producer creates the instance:
      """
      {"accountId": "GLOBEX"}
      """
    Then the form of the error is read
